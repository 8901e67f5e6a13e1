import { result } from './result.js';

/**
 * The result of a deferred call. WebCrypto checks its signatures, all at once, and then the call is made with
 * what WebCrypto said; a signature without a clear yes is verified by the module itself.
 */
export async function settled(deferred) {
  await ask(deferred);
  return result(await deferred.finish());
}

/** Asks WebCrypto about each signature of a deferred call. */
export async function ask(deferred) {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle) return;
  await Promise.all(Array.from({ length: deferred.count }, (_, number) => askOne(subtle, deferred, number)));
}

async function askOne(subtle, deferred, number) {
  try {
    const algorithm = named(deferred.algorithm(number));
    const [message, signature] = [deferred.message(number), deferred.signature(number)];
    const key = await imported(subtle, algorithm, deferred.key(number), () => deferred.exponent(number));
    if ((await subtle.verify(algorithm, key, signature, message)) === true) deferred.confirm(number);
  } catch {
    // No engine has every algorithm.
  }
}

/** `ECDSA P-256 SHA-256`, `RSASSA-PKCS1-v1_5 SHA-256`, `RSA-PSS SHA-256 32`. */
function named(text) {
  const [name, first, second] = text.split(' ');
  if (name === 'ECDSA') return { name, namedCurve: first, hash: second };
  return second === undefined ? { name, hash: first } : { name, hash: first, saltLength: Number(second) };
}

function imported(subtle, algorithm, key, exponent) {
  if (algorithm.name === 'ECDSA') return subtle.importKey('raw', key, algorithm, false, ['verify']);
  const jwk = { kty: 'RSA', n: base64url(key), e: base64url(exponent()) };
  return subtle.importKey('jwk', jwk, algorithm, false, ['verify']);
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
