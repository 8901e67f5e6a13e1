import { misuse } from './error.js';

const encoder = new TextEncoder();

/**
 * A request as the text that the core reads, in UTF-8.
 *
 * What `JSON.stringify` would drop or turn into `null` is refused: a member that is `undefined`, hidden or
 * inherited is a check that its author believes in.
 */
export function requestBytes(request, part) {
  if (!isPlain(request)) {
    throw misuse(part, `${named(request)} is no request`, 'pass an object');
  }
  const places = new Map();
  const text = JSON.stringify(request, function (key, value) {
    const holder = places.get(this);
    const here = holder ? join(holder.part, this, key) : part;
    const json = permitted(this[key], value, here);
    if (typeof json === 'object' && json !== null) {
      const depth = holder ? holder.depth + 1 : 0;
      for (let outer = this; outer; outer = places.get(outer)?.outer) {
        if (outer === json) throw misuse(here, 'it is inside itself', 'pass what JSON can say');
      }
      if (depth > DEEPEST) throw misuse(here, 'it is nested too deeply', 'pass what JSON can say');
      places.set(json, { part: here, depth, outer: this });
    }
    return json;
  });
  return encoder.encode(text);
}

/** Deeper than anything that the core reads, and less than what engines bear. */
const DEEPEST = 200;

/** Evidence: bytes, or text that encodes them. */
export function evidence(value, part) {
  if (typeof value === 'string') {
    return encoder.encode(value);
  }
  const bytes = asBytes(value, part);
  if (!bytes) {
    throw misuse(part, `${named(value)} is no evidence`, 'pass a Uint8Array, or text that encodes the bytes');
  }
  return bytes;
}

/**
 * Evidence of a batch, in copies: the caller may read the next piece into the same memory. A promise, or one piece
 * in the place of several, is no batch; of an empty one everything is accepted.
 */
export function batchOf(values, part) {
  if (typeof values === 'string' || typeof values?.[Symbol.iterator] !== 'function') {
    throw misuse(part, `${named(values)} is no list of evidence`, 'pass a list, or another iterable');
  }
  return Array.from(values, (value, number) => evidence(value, `${part}[${number}]`).slice());
}

/** Text, as text or as bytes: in UTF-8. */
export function text(value, part) {
  const bytes = typeof value === 'string' ? encoder.encode(value) : asBytes(value, part);
  if (!bytes) throw misuse(part, `${named(value)} is no text`, 'pass a string');
  return bytes;
}

function permitted(raw, value, part) {
  const bytes = asBytes(raw, part);
  if (bytes) {
    return bytesText(bytes, part);
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
      if (Array.isArray(value) || (value !== null && isPlain(value))) {
        if (!hides(value)) return value;
        throw misuse(part, 'it has members that JSON does not show', 'give each its name, as an own member that loops show');
      }
  }
  throw misuse(
    part,
    `${named(raw)} cannot be passed on`,
    'leave the member out where you mean nothing; otherwise pass text, bytes, a number, a list or a plain object',
  );
}

/**
 * Members under symbols, hidden ones, and those of a list beside its items. Only the text of a result is hidden
 * in good faith: a policy that was learnt, or a challenge, is given back as it came.
 */
function hides(value) {
  const all = Reflect.ownKeys(value).length;
  if (Array.isArray(value)) return all > value.length + 1;
  const text = Object.getOwnPropertyDescriptor(value, 'json')?.enumerable === false ? 1 : 0;
  return all > Object.keys(value).length + text;
}

/**
 * Bytes inside a request: files that are text in themselves (PEM, JSON) as they are, all else as hex. Neither
 * can be taken for the other: no PEM and no JSON is hex.
 */
function bytesText(bytes, part) {
  let first = 0;
  while (SPACE.has(bytes[first])) first += 1;
  const opening = bytes[first];
  const dashes = String.fromCharCode(...bytes.subarray(first, first + 11)) === '-----BEGIN ';
  if (dashes || opening === 0x7b || opening === 0x5b) {
    const decoded = utf8(bytes);
    if (decoded !== undefined) return decoded;
  }
  return hex(bytes, part);
}

const SPACE = new Set([0x09, 0x0a, 0x0d, 0x20]);

/** As bytes first: a string that grows digit by digit takes twenty times the memory. */
function hex(bytes, part) {
  if (bytes.length > LONGEST) throw misuse(part, 'no string has room for so many bytes', 'pass less');
  // Engines of 2025 and later.
  if (typeof bytes.toHex === 'function') return bytes.toHex();
  const digits = new Uint8Array(bytes.length * 2);
  for (let at = 0; at < bytes.length; at += 1) {
    digits[2 * at] = HEX[bytes[at] >> 4];
    digits[2 * at + 1] = HEX[bytes[at] & 15];
  }
  return new TextDecoder().decode(digits);
}

const HEX = encoder.encode('0123456789abcdef');

/** The hex of it is a string that every engine can have, with something around it. */
const LONGEST = 2 ** 28 - 2 ** 20;

function utf8(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** A view of the bytes; a copy of those that another thread could change meanwhile. */
function asBytes(value, part) {
  const isView = ArrayBuffer.isView(value);
  if (!isView && !isBuffer(value)) return undefined;
  try {
    const bytes = isView ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(value);
    return isBuffer(bytes.buffer) ? bytes : bytes.slice();
  } catch {
    throw misuse(part, 'the memory of these bytes was given away', 'pass them before they are transferred, or pass a copy');
  }
}

/** An `ArrayBuffer` of any realm, and not a `SharedArrayBuffer`. */
function isBuffer(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  try {
    byteLength.call(value);
    return true;
  } catch {
    return false;
  }
}

const byteLength = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength').get;

/** An object that says all that it is in its own members; of any realm. */
function isPlain(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  // What all objects of a realm inherit, and nothing that somebody made to be inherited.
  return prototype === null || (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf'));
}

function join(outer, holder, key) {
  return Array.isArray(holder) ? `${outer}[${key}]` : `${outer}.${key}`;
}

function named(value) {
  if (value === null) return 'null';
  if (typeof value === 'object') return `a ${value.constructor?.name || 'object'}`;
  return typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`;
}
