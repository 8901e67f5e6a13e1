import type { CheckLine, Claims, Code, Problem, ProblemKind, Verification } from './schema.js';

/** Bytes, or text that encodes them: hex, base64, base64url or PEM. */
export type Evidence = string | Uint8Array | ArrayBuffer;

/** What a call gives. `json` is the text of it: the same bytes in every language. Loops do not show it. */
export type Result<T> = T & { readonly json: string };

/** A verification whose evidence is authentic, and that the policy accepts: it has claims. */
export type Accepted<ClaimsOf extends Claims = Claims> = Result<Verification<ClaimsOf>> & {
  readonly verified: true;
  readonly accepted: true;
  readonly error: null;
  readonly claims: ClaimsOf;
};

/** Why evidence was not accepted, or a call not made. */
export declare class VeriquoteError extends Error {
  private constructor();
  readonly name: 'VeriquoteError';
  /** What happened: a stable dotted code; see `docs/errors.md`. */
  readonly code: Code;
  /** What you can do about it. */
  readonly kind: ProblemKind;
  /** Dotted path of the part that failed. */
  readonly part: string;
  /** The same as `part`. */
  readonly field: string;
  /** Byte offset inside the part's outermost input, where one is known. */
  readonly offset: number | null;
  /** What to do next. */
  readonly help: string;
  /** The same as `help`. */
  readonly hint: string;
  /** Expected and actual values. */
  readonly facts: { readonly [name: string]: unknown };
  /** All of that, as data. */
  readonly problem: Problem;
  /** The whole result, where there is one. */
  readonly result?: Result<Verification>;
  /** Every check that was made; the last one is the one that failed. */
  readonly checks: readonly CheckLine[];
  toJSON(): Problem;
}

/** Where a WebAssembly module comes from. */
export type ModuleSource = string | URL | Request | Response | Uint8Array | ArrayBuffer | WebAssembly.Module;
