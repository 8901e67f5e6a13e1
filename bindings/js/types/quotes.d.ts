import type { Accepted, Evidence, Result } from './common.js';
import type { DcapCall, DcapClaims, DcapPreparation, DcapRequest, PckLookup, PlatformLookup, Verification } from './schema.js';

/** Verifies one SGX or TDX quote; throws a `VeriquoteError` unless it is accepted. */
export declare function verifyDcap(request: DcapRequest): Accepted<DcapClaims>;

/** The same, and gives the result whatever it says: look at `accepted`. */
export declare function tryVerifyDcap(request: DcapRequest): Result<Verification<DcapClaims>>;

/**
 * As `verifyDcap`; WebCrypto checks the signatures (`veriquote`), or other threads do (`veriquote-node`). It
 * says the same, byte for byte. What is wrong with the call itself rejects the promise.
 */
export declare function verifyDcapAsync(request: DcapRequest): Promise<Accepted<DcapClaims>>;

/** As `tryVerifyDcap`, in the same way. */
export declare function tryVerifyDcapAsync(request: DcapRequest): Promise<Result<Verification<DcapClaims>>>;

/** Collateral that is verified once, for many quotes. */
export declare class DcapVerifier {
  constructor(preparation: DcapPreparation);
  /** As the constructor; WebCrypto checks the signatures of the collateral. */
  static prepare(preparation: DcapPreparation): Promise<DcapVerifier>;
  /** Verifies one quote; throws a `VeriquoteError` unless it is accepted. */
  verify(quote: Evidence, call: DcapCall): Accepted<DcapClaims>;
  /** The same, and gives the result whatever it says. */
  tryVerify(quote: Evidence, call: DcapCall): Result<Verification<DcapClaims>>;
  /** As `verify`; WebCrypto checks the signatures, or another thread does. */
  verifyAsync(quote: Evidence, call: DcapCall): Promise<Accepted<DcapClaims>>;
  /** As `tryVerify`, in the same way. */
  tryVerifyAsync(quote: Evidence, call: DcapCall): Promise<Result<Verification<DcapClaims>>>;
  /** Verifies quotes, each with its result whatever it says, in their order, while the event loop goes on. */
  verifyBatch(quotes: Iterable<Evidence>, call: DcapCall): Promise<Result<Verification<DcapClaims>>[]>;
  /** Gives the memory back now; otherwise it goes with the garbage. */
  free(): void;
}

/** Which platform a quote says that it is of: what to ask a collateral service for. */
export declare function platformOfQuote(quote: Evidence): Result<PlatformLookup>;

/** The same of a PCK certificate (PEM). */
export declare function platformOfPck(pem: string): Result<PlatformLookup>;

/** What a quote says of its PCK certificate, where it does not carry it. */
export declare function pckReferenceOfQuote(quote: Evidence): Result<PckLookup>;
