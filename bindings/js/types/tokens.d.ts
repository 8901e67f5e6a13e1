import type { Accepted, Result } from './common.js';
import type { ShowTokenRequest, TokenCall, TokenClaims, TokenPreparation, TokenRequest, UnauthenticatedAppraisal, Verification } from './schema.js';

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
