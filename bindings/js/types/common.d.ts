import type { CheckLine, Claims, Code, Problem, ProblemKind, TokenCall, TokenClaims, TokenPreparation, TokenRequest, Verification, ShowTokenRequest, UnauthenticatedAppraisal } from './schema.js';

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

/** Verifies one token or bundle; throws a `VeriquoteError` unless it is accepted. */
export declare function verifyToken(request: TokenRequest): Accepted<TokenClaims>;

/** The same, and gives the result whatever it says: look at `accepted`. */
export declare function tryVerifyToken(request: TokenRequest): Result<Verification<TokenClaims>>;

/** As `verifyToken`; WebCrypto checks the signatures, or other threads do. Says the same, byte for byte. */
export declare function verifyTokenAsync(request: TokenRequest): Promise<Accepted<TokenClaims>>;

/** As `tryVerifyToken`, in the same way. */
export declare function tryVerifyTokenAsync(request: TokenRequest): Promise<Result<Verification<TokenClaims>>>;

/** What a token says, of which nothing is verified: to be shown, never to be relied on. */
export declare function showToken(request: ShowTokenRequest): Result<UnauthenticatedAppraisal>;

/** Keys that are loaded once, for many tokens. */
export declare class TokenVerifier {
  constructor(preparation: TokenPreparation);
  /** Verifies one token; throws a `VeriquoteError` unless it is accepted. */
  verify(token: string, call: TokenCall): Accepted<TokenClaims>;
  /** The same, and gives the result whatever it says. */
  tryVerify(token: string, call: TokenCall): Result<Verification<TokenClaims>>;
  /** Verifies one detached bundle, as the text of its JSON. */
  verifyBundle(bundle: string, call: TokenCall): Accepted<TokenClaims>;
  /** The same, and gives the result whatever it says. */
  tryVerifyBundle(bundle: string, call: TokenCall): Result<Verification<TokenClaims>>;
  /** As `verify`; WebCrypto checks the signature, or another thread does. */
  verifyAsync(token: string, call: TokenCall): Promise<Accepted<TokenClaims>>;
  /** As `tryVerify`, in the same way. */
  tryVerifyAsync(token: string, call: TokenCall): Promise<Result<Verification<TokenClaims>>>;
  /** As `verifyBundle`, in the same way. */
  verifyBundleAsync(bundle: string, call: TokenCall): Promise<Accepted<TokenClaims>>;
  /** As `tryVerifyBundle`, in the same way. */
  tryVerifyBundleAsync(bundle: string, call: TokenCall): Promise<Result<Verification<TokenClaims>>>;
  /** Gives the memory back now; otherwise it goes with the garbage. */
  free(): void;
}

/** Where a WebAssembly module comes from. */
export type ModuleSource = string | URL | Request | Response | Uint8Array | ArrayBuffer | WebAssembly.Module;
