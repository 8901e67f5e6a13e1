import { VeriquoteError, hide, misuse } from './error.js';

/** The result that `text` says, with the text itself: the same bytes in every language. */
export function result(text) {
  const value = JSON.parse(text);
  hide(value, 'json', text);
  return value;
}

/** The result, when its evidence was accepted; otherwise the reason is thrown. */
export function accepted(verification) {
  if (verification.accepted === true && verification.verified === true && verification.error === null) {
    return verification;
  }
  throw new VeriquoteError(verification.error, verification);
}

/** The result, unless the call has none. What came in its place is no verification, and may have checks. */
export function answered(value) {
  if (value.error) throw new VeriquoteError(value.error, undefined, value.checks);
  return value;
}

/** What `make` gives; a problem that it throws as text becomes an error. */
export function made(make) {
  try {
    return make();
  } catch (thrown) {
    const text = typeof thrown === 'string' ? thrown : thrown instanceof Error ? thrown.message : '';
    if (text.startsWith('{"error":')) throw new VeriquoteError(JSON.parse(text).error);
    throw thrown;
  }
}

/** Something prepared is called that is no more. */
export function freed() {
  throw misuse('', 'the verifier was freed', 'make another, or free it later');
}
