import type { Accepted, Evidence, Result } from './common.js';
import type {
  BindingRequest,
  BindingResult,
  CompositeClaims,
  CompositeRequest,
  DcapCall,
  DcapClaims,
  DcapPreparation,
  DcapRequest,
  Inspection,
  NvgpuClaims,
  NvgpuRequest,
  PckLookup,
  PlatformLookup,
  TpmChallenge,
  TpmChallengeRequest,
  TpmClaims,
  TpmRequest,
  Verification,
} from './schema.js';

export type * from './schema.js';
export {
  type Accepted,
  type Evidence,
  type ModuleSource,
  type Result,
  TokenVerifier,
  VeriquoteError,
  showToken,
  tryVerifyToken,
  tryVerifyTokenAsync,
  verifyToken,
  verifyTokenAsync,
} from './common.js';

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

/** Verifies the evidence of NVIDIA GPUs and switches; throws a `VeriquoteError` unless it is accepted. */
export declare function verifyNvgpu(request: NvgpuRequest): Accepted<NvgpuClaims>;

/** The same, and gives the result whatever it says: look at `accepted`. */
export declare function tryVerifyNvgpu(request: NvgpuRequest): Result<Verification<NvgpuClaims>>;

/** As `verifyNvgpu`, in the way of `verifyDcapAsync`. */
export declare function verifyNvgpuAsync(request: NvgpuRequest): Promise<Accepted<NvgpuClaims>>;

/** As `tryVerifyNvgpu`, in the same way. */
export declare function tryVerifyNvgpuAsync(request: NvgpuRequest): Promise<Result<Verification<NvgpuClaims>>>;

/** Verifies a machine together with its GPUs; throws a `VeriquoteError` unless all is accepted. */
export declare function verifyComposite(request: CompositeRequest): Accepted<CompositeClaims>;

/** The same, and gives the result whatever it says: look at `accepted`. */
export declare function tryVerifyComposite(request: CompositeRequest): Result<Verification<CompositeClaims>>;

/** As `verifyComposite`, in the way of `verifyDcapAsync`. */
export declare function verifyCompositeAsync(request: CompositeRequest): Promise<Accepted<CompositeClaims>>;

/** As `tryVerifyComposite`, in the same way. */
export declare function tryVerifyCompositeAsync(request: CompositeRequest): Promise<Result<Verification<CompositeClaims>>>;

/** Verifies one TPM quote; throws a `VeriquoteError` unless it is accepted. */
export declare function verifyTpm(request: TpmRequest): Accepted<TpmClaims>;

/** The same, and gives the result whatever it says: look at `accepted`. */
export declare function tryVerifyTpm(request: TpmRequest): Result<Verification<TpmClaims>>;

/** As `verifyTpm`, in the way of `verifyDcapAsync`. */
export declare function verifyTpmAsync(request: TpmRequest): Promise<Accepted<TpmClaims>>;

/** As `tryVerifyTpm`, in the same way. */
export declare function tryVerifyTpmAsync(request: TpmRequest): Promise<Result<Verification<TpmClaims>>>;

/**
 * Wraps a secret for the TPM of an endorsement key, to be opened only where the attestation key is. Keep `challenge`
 * of the result, and give it back with the machine's answer as `ak_evidence: { activated: … }`.
 */
export declare function makeTpmChallenge(request: TpmChallengeRequest): Result<TpmChallenge>;

/** Writes a policy that accepts a boot like this one, from evidence that is authentic. Read it before you use it. */
export declare function learnTpmPolicy(request: TpmRequest, name: string): Result<{ readonly [rule: string]: unknown }>;

/** Computes report data of a named mode, or finds out which mode or mistake lies behind some. */
export declare function binding(request: BindingRequest): Result<BindingResult>;

/** What is in a file, recognised by its content. Nothing of it is verified. */
export declare function inspect(file: Evidence): Result<Inspection>;

/** Which platform a quote says that it is of: what to ask a collateral service for. */
export declare function platformOfQuote(quote: Evidence): Result<PlatformLookup>;

/** The same of a PCK certificate (PEM). */
export declare function platformOfPck(pem: string): Result<PlatformLookup>;

/** What a quote says of its PCK certificate, where it does not carry it. */
export declare function pckReferenceOfQuote(quote: Evidence): Result<PckLookup>;

/** A call with the text of its request, giving the text of its result; nothing is thrown for evidence. */
export declare function callJson(
  call: 'binding' | 'inspect' | 'make_tpm_challenge' | 'show_token' | 'verify_composite' | 'verify_dcap' | 'verify_nvgpu' | 'verify_token' | 'verify_tpm',
  request: string,
): string;

/** The same of the calls that verify, in the way of `verifyDcapAsync`. */
export declare function callJsonAsync(
  call: 'verify_composite' | 'verify_dcap' | 'verify_nvgpu' | 'verify_token' | 'verify_tpm',
  request: string,
): Promise<string>;
