import { misuse } from './error.js';

const encoder = new TextEncoder();

/**
 * A request as the text that the core reads, in UTF-8.
 *
 * What `JSON.stringify` would drop or turn into `null` is refused: a member that is `undefined` is a check
 * that its author believes in.
 */
export function requestBytes(request, part) {
  if (!isPlain(request)) {
    throw misuse(part, `${named(request)} is no request`, 'pass an object');
  }
  const path = new Map([[request, part]]);
  const text = JSON.stringify(request, function (key, value) {
    const raw = this[key];
    const here = key === '' && raw === request ? part : join(path.get(this), this, key);
    const json = permitted(raw, value, here);
    if (typeof json === 'object' && json !== null && !path.has(json)) {
      path.set(json, here);
    }
    return json;
  });
  return encoder.encode(text);
}

/** Evidence: bytes, or text that encodes them. */
export function evidence(value, part) {
  if (typeof value === 'string') {
    return encoder.encode(value);
  }
  const bytes = asBytes(value);
  if (!bytes) {
    throw misuse(part, `${named(value)} is no evidence`, 'pass a Uint8Array, or text that encodes the bytes');
  }
  return bytes;
}

/** Text, as text or as bytes: in UTF-8. */
export function text(value, part) {
  const bytes = typeof value === 'string' ? encoder.encode(value) : asBytes(value);
  if (!bytes) throw misuse(part, `${named(value)} is no text`, 'pass a string');
  return bytes;
}

function permitted(raw, value, part) {
  const bytes = asBytes(raw);
  if (bytes) {
    return bytesText(bytes);
  }
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
        throw misuse(part, `${value} is no number of JSON that is exact`, 'pass a whole number below 2^53');
      }
      return value;
    case 'object':
      if (value === null && raw === null) return value;
      if (Array.isArray(value) || (value !== null && isPlain(value))) return value;
  }
  throw misuse(
    part,
    `${named(raw)} cannot be passed on`,
    'leave the member out where you mean nothing; otherwise pass text, bytes, a number, a list or a plain object',
  );
}

/**
 * Bytes inside a request: files that are text in themselves (PEM, JSON) as they are, all else as hex. Neither
 * can be taken for the other: no PEM and no JSON is hex.
 */
function bytesText(bytes) {
  const first = bytes.findIndex((byte) => byte > 32);
  const opening = first < 0 ? 0 : bytes[first];
  const dashes = String.fromCharCode(...bytes.subarray(first, first + 11)) === '-----BEGIN ';
  if (dashes || opening === 0x7b || opening === 0x5b) {
    const decoded = utf8(bytes);
    if (decoded !== undefined) return decoded;
  }
  return hex(bytes);
}

function hex(bytes) {
  // Engines of 2025 and later.
  if (typeof bytes.toHex === 'function') return bytes.toHex();
  let digits = '';
  for (let from = 0; from < bytes.length; from += 8192) {
    for (const byte of bytes.subarray(from, from + 8192)) digits += HEX[byte];
  }
  return digits;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function utf8(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function asBytes(value) {
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  if (Object.prototype.toString.call(value) === '[object ArrayBuffer]') {
    return new Uint8Array(value);
  }
  return undefined;
}

/** An object that says all that it is in its own members; of any realm. */
function isPlain(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function join(outer, holder, key) {
  if (outer === undefined) return key;
  return Array.isArray(holder) ? `${outer}[${key}]` : `${outer}.${key}`;
}

function named(value) {
  if (value === null) return 'null';
  if (typeof value === 'object') return `a ${value.constructor?.name || 'object'}`;
  return typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`;
}
