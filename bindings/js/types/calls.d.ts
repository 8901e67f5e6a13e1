import type { Accepted, Evidence, Result } from './common.js';
import type {
  BindingRequest,
  BindingResult,
  CompositeClaims,
  CompositeRequest,
  Inspection,
  NvgpuClaims,
  NvgpuRequest,
  TpmChallenge,
  TpmChallengeRequest,
  TpmClaims,
  TpmRequest,
  Verification,
} from './schema.js';

export type * from './schema.js';
export * from './common.js';
export * from './quotes.js';
export * from './tokens.js';

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
