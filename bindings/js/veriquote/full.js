import * as glue from './wasm/veriquote.js';
import { api } from './shared/api.js';
import { boot } from './shared/boot.js';

const { initSync, load, native } = boot(glue);
export { initSync, load };
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
} = /* @__PURE__ */ api(native);
