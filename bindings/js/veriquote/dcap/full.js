import * as glue from '../wasm/dcap.js';
import { boot } from '../shared/boot.js';
import { quotes } from '../shared/quotes.js';

const { initSync, load, native } = boot(glue);
export { initSync, load };
export { VeriquoteError } from '../shared/error.js';
export const {
  DcapVerifier,
  pckReferenceOfQuote,
  platformOfPck,
  platformOfQuote,
  tryVerifyDcap,
  tryVerifyDcapAsync,
  verifyDcap,
  verifyDcapAsync,
} = /* @__PURE__ */ quotes(native);
