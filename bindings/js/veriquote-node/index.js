import { api } from './shared/api.js';
import { load } from './platform.js';

const native = load();

/** Nothing is left to load. */
export async function init() {}
export { VeriquoteError } from './shared/error.js';
export const {
  DcapVerifier,
  TokenVerifier,
  binding,
  callJson,
  callJsonAsync,
  inspect,
  learnTpmPolicy,
  makeTpmChallenge,
  pckReferenceOfQuote,
  platformOfPck,
  platformOfQuote,
  showToken,
  tryVerifyComposite,
  tryVerifyCompositeAsync,
  tryVerifyDcap,
  tryVerifyDcapAsync,
  tryVerifyNvgpu,
  tryVerifyNvgpuAsync,
  tryVerifyToken,
  tryVerifyTokenAsync,
  tryVerifyTpm,
  tryVerifyTpmAsync,
  verifyComposite,
  verifyCompositeAsync,
  verifyDcap,
  verifyDcapAsync,
  verifyNvgpu,
  verifyNvgpuAsync,
  verifyToken,
  verifyTokenAsync,
  verifyTpm,
  verifyTpmAsync,
} = api(() => native);
