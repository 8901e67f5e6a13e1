import { createRequire } from 'node:module';
import { api } from './shared/api.js';
import { platform } from './platform.js';

const native = createRequire(import.meta.url)(`./veriquote.${platform()}.node`);

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
