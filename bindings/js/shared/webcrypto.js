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
    const name = deferred.algorithm(number);
    const algorithm = named(name);
    const [message, signature] = [deferred.message(number), deferred.signature(number)];
    const key = await imported(subtle, name, algorithm, deferred.key(number), deferred.exponent(number));
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

/** The key of the engine. The last ones are kept: importing costs half as much as verifying. */
function imported(subtle, name, algorithm, key, exponent) {
  const id = `${name} ${base64url(key)} ${base64url(exponent)}`;
  const known = KEYS.get(id);
  if (known) return known;
  const format = algorithm.name === 'ECDSA' ? 'raw' : 'jwk';
  const data = format === 'raw' ? key : { kty: 'RSA', n: base64url(key), e: base64url(exponent) };
  const made = subtle.importKey(format, data, algorithm, false, ['verify']);
  if (KEYS.size >= MOST_KEYS) KEYS.delete(KEYS.keys().next().value);
  KEYS.set(id, made);
  return made;
}

const KEYS = new Map();
const MOST_KEYS = 64;

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
