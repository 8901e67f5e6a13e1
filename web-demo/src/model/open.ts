// Files, pasted text and links, as additions to a session.
import { inspect } from './core.ts';
import { ROLES, type Call } from './roles.ts';
import { asText, explode, optionsOf, withFile, withOption, type Json, type Session } from './session.ts';

/** Files up to this size are read; the core has narrower bounds of its own. */
const LARGEST = 64 * 1024 * 1024;

export interface Given {
  readonly name: string;
  readonly text: string;
}

export async function readFiles(files: Iterable<File>): Promise<Given[]> {
  const given: Given[] = [];
  for (const file of files) {
    if (file.size > LARGEST) throw new RangeError(`${file.name}: ${file.size} > ${LARGEST}`);
    given.push({ name: file.name, text: asText(new Uint8Array(await file.arrayBuffer())) });
  }
  return given;
}

/** `session` with what is in each of them; a saved case replaces it. */
export function opened(session: Session, given: readonly Given[]): Session {
  return given.reduce((before, { name, text }) => savedCase(text) ?? ready(withFile(before, name, text, inspect(text))), session);
}

/** A case as this page saves it: `{"call": …, "request": …}`. */
export function savedCase(text: string, sample?: string): Session | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    const { call, request } = JSON.parse(text) as { call?: string; request?: Json };
    if (!call || !Object.hasOwn(ROLES, call) || typeof request !== 'object' || request === null) return undefined;
    return explode(call as Call, request, sample);
  } catch {
    return undefined;
  }
}

/** What a request must say and a visitor did not: the time, and that nothing is expected. */
export function ready(session: Session): Session {
  const missing = Object.entries(defaults(session.call)).filter(([name]) => optionsOf(session)[name] === undefined);
  return missing.reduce((before, [name, value]) => withOption(before, name, value), session);
}

function defaults(call: Call | undefined): Json {
  const at = now();
  switch (call) {
    case undefined:
      return {};
    case 'verify_token':
      return { at, expect: EXPECT_NOTHING };
    default:
      return { at };
  }
}

export const now = () => `${new Date().toISOString().slice(0, 19)}Z`;

const not = 'not_checked';

/** Authenticity and time alone; the result lists what was not checked. */
const EXPECT_NOTHING = {
  algorithms: 'of_key', typ: not, issuer: not, audience: not, subject: not, nonce: not, profile: not,
  expiry: 'where_present', max_age: not, max_lifetime: not, leeway: 0, required_claims: [],
};

/** A sample that the build made. */
export interface Sample {
  readonly id: string;
  readonly call: Call;
  readonly expected: 'accepted' | 'rejected' | 'refused';
  readonly code?: string;
}

export async function sampleList(): Promise<Sample[]> {
  return (await fetched('samples/index.json')).json() as Promise<Sample[]>;
}

export async function sample(id: string): Promise<Session> {
  const text = await (await fetched(`samples/${encodeURIComponent(id)}.json`)).text();
  const session = savedCase(text, id);
  if (!session) throw new Error(`${id}: no case`);
  return session;
}

export async function fetched(path: string): Promise<Response> {
  const response = await fetch(new URL(path, document.baseURI));
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response;
}
