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
} = /* @__PURE__ */ api(native);
