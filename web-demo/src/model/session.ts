// What the visitor gave: parts of a request, its options, and files that have no place in it yet.
import type { Inspection } from 'veriquote';
import { ROLES, type Call, principal, supporting } from './roles.ts';

export type Json = Record<string, unknown>;

/** One file in its place. A role is the path of a member of the request; `[]` marks a list. */
export interface Part {
  readonly role: string;
  readonly name: string;
  readonly value: string | object;
}

/** A file without a place. */
export interface Loose {
  readonly name: string;
  readonly value: string;
  /** What the core says that it is; absent when it could not tell. */
  readonly kind?: Inspection['kind'];
  /** The core's own words, when it could not. */
  readonly problem?: string;
}

export interface Session {
  readonly call?: Call;
  readonly parts: readonly Part[];
  /** The rest of the request. */
  readonly rest: Json;
  readonly loose: readonly Loose[];
  readonly sample?: string;
}

export const EMPTY: Session = { parts: [], rest: {}, loose: [] };

/** A file as the core reads it inside a request: text as it is, all else as hex. */
export function asText(bytes: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!/[\0-\x08\x0e-\x1f\x7f]/.test(text)) return text;
  } catch {
    // Not text.
  }
  return toHex(bytes);
}

export function toHex(bytes: Uint8Array): string {
  let digits = '';
  for (const byte of bytes) digits += byte.toString(16).padStart(2, '0');
  return digits;
}

/** A whole request, taken apart. */
export function explode(call: Call, request: Json, sample?: string): Session {
  const rest = structuredClone(request);
  const parts: Part[] = [];
  for (const role of ROLES[call]) {
    for (const value of take(rest, role)) parts.push({ role, name: role.replace('[]', ''), value });
  }
  return { call, parts, rest, loose: [], ...(sample === undefined ? {} : { sample }) };
}

/** The request that `session` asks. */
export function assemble(session: Session): Json {
  const request = structuredClone(session.rest);
  for (const { role, value } of session.parts) put(request, role, value);
  return request;
}

/** `session` with one more file, in the place that its kind has. */
export function withFile(session: Session, name: string, text: string, inspection: Inspection | string): Session {
  const known = typeof inspection === 'string' ? undefined : inspection;
  const file: Loose = {
    name,
    value: text,
    ...(known ? { kind: known.kind } : { problem: inspection as string }),
  };
  const call = known && principal(known);
  if (call && !(session.call === 'verify_composite' && known.kind === 'quote')) {
    // Options and files of another kind of evidence say nothing about this one.
    const same = call.call === session.call;
    const parts = same ? session.parts.filter(({ role }) => role !== call.role) : [];
    const part = { role: call.role, name, value: known.kind.startsWith('token') ? text.trim() : text };
    const loose = session.loose;
    return settle({ call: call.call, parts: [part, ...parts], rest: same ? session.rest : {}, loose });
  }
  return settle({ ...unsampled(session), loose: [...session.loose, file] });
}

/** Puts what is loose where it belongs, now that the kind of evidence may be known. */
function settle(session: Session): Session {
  if (!session.call) return session;
  let settled: Session = { ...session, loose: [] };
  for (const file of session.loose) {
    const role = file.kind && supporting(session.call, file.kind);
    settled = role
      ? withPart(settled, role, file.name, file.value)
      : { ...settled, loose: [...settled.loose, file] };
  }
  return settled;
}

/** `session` with `value` at `role`, beside others or instead of the one that was there. */
export function withPart(session: Session, role: string, name: string, value: string | object): Session {
  const others = role.endsWith('[]') ? session.parts : session.parts.filter((part) => part.role !== role);
  return { ...unsampled(session), parts: [...others, { role, name, value }] };
}

export function without(session: Session, gone: Part | Loose): Session {
  const parts = session.parts.filter((part) => part !== gone);
  return { ...unsampled(session), parts, loose: session.loose.filter((file) => file !== gone) };
}

/** A loose file in the place that the visitor names. */
export function placed(session: Session, file: Loose, role: string): Session {
  return withPart(without(session, file), role, file.name, file.value);
}

/** `session` with a member of `options` changed; `undefined` takes it out. */
export function withOption(session: Session, name: string, value: unknown): Session {
  const { [name]: _, ...options } = (session.rest.options ?? {}) as Json;
  return { ...session, rest: { ...session.rest, options: value === undefined ? options : { ...options, [name]: value } } };
}

export const optionsOf = (session: Session): Json => (session.rest.options ?? {}) as Json;

export const partOf = (session: Session, role: string): Part | undefined => session.parts.find((part) => part.role === role);

function unsampled({ sample: _, ...session }: Session): Session {
  return session;
}

function put(target: Json, role: string, value: unknown): void {
  const path = role.split('.');
  const last = path.pop() ?? '';
  let holder = target;
  for (const name of path) holder = (holder[name] ??= {}) as Json;
  if (!last.endsWith('[]')) holder[last] = value;
  else ((holder[last.slice(0, -2)] ??= []) as unknown[]).push(value);
}

/** What is at `role`, taken out; what is no file stays for the core to refuse. */
function take(target: Json, role: string): (string | object)[] {
  const path = role.split('.');
  const last = (path.pop() ?? '').replace('[]', '');
  let holder: Json | undefined = target;
  for (const name of path) holder = holder?.[name] as Json | undefined;
  if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, last)) return [];
  const isList = role.endsWith('[]');
  const value = holder[last];
  // Evidence of devices may be a list, and is one file.
  if (isList !== Array.isArray(value) && role !== 'evidence') return [];
  const values: unknown[] = isList ? (value as unknown[]) : [value];
  const isFile = (item: unknown): item is string | object => typeof item === 'string' || (typeof item === 'object' && item !== null);
  if (values.length === 0 || !values.every(isFile)) return [];
  delete holder[last];
  return values;
}
