// The only file that calls veriquote.
import {
  VeriquoteError,
  binding,
  inspect as inspectFile,
  learnTpmPolicy,
  tryVerifyComposite,
  tryVerifyDcap,
  tryVerifyNvgpu,
  tryVerifyToken,
  tryVerifyTpm,
  type BindingRequest,
  type BindingResult,
  type Inspection,
  type Result,
  type Verification,
} from 'veriquote/slim';
import type { Call } from './roles.ts';
import type { Json } from './session.ts';

export interface Run {
  readonly call: Call;
  readonly request: Json;
  readonly result: Result<Verification>;
  readonly milliseconds: number;
}

/** Verifies, and says how long it took. */
export function run(call: Call, request: Json): Run {
  const started = performance.now();
  const result = verify(call, request);
  return { call, request, result, milliseconds: performance.now() - started };
}

function verify(call: Call, request: Json): Result<Verification> {
  // The core checks every member itself; types of a request that a visitor wrote would prove nothing.
  const given = request as never;
  switch (call) {
    case 'verify_dcap':
      return tryVerifyDcap(given);
    case 'verify_tpm':
      return tryVerifyTpm(given);
    case 'verify_nvgpu':
      return tryVerifyNvgpu(given);
    case 'verify_composite':
      return tryVerifyComposite(given);
    case 'verify_token':
      return tryVerifyToken(given);
  }
}

/** What is in a file; the core's words where it cannot tell. */
export function inspect(file: string | Uint8Array | object): Inspection | string {
  try {
    return inspectFile(typeof file === 'object' && !(file instanceof Uint8Array) ? JSON.stringify(file) : file);
  } catch (error) {
    return said(error);
  }
}

export function bind(request: BindingRequest): BindingResult | string {
  try {
    return binding(request);
  } catch (error) {
    return said(error);
  }
}

function said(error: unknown): string {
  if (!(error instanceof VeriquoteError)) throw error;
  const { code, message, part, offset } = error.problem;
  const where = [part, offset === null || offset === undefined ? '' : `byte ${offset}`].filter(Boolean).join(', ');
  return `${message}${where ? ` (${where})` : ''} · ${code}`;
}

/** A policy that accepts a boot like this one; the core's words where it cannot be told. */
export function learn(request: Json): object | string {
  try {
    return learnTpmPolicy(request as never, 'learned');
  } catch (error) {
    return said(error);
  }
}
