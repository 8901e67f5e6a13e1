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
  inspect,
  learnTpmPolicy,
  makeTpmChallenge,
  pckReferenceOfQuote,
  platformOfPck,
  platformOfQuote,
  showToken,
  tryVerifyComposite,
  tryVerifyDcap,
  tryVerifyNvgpu,
  tryVerifyToken,
  tryVerifyTpm,
  verifyComposite,
  verifyDcap,
  verifyNvgpu,
  verifyToken,
  verifyTpm,
} = api(() => native);
