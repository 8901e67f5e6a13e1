import { quotes } from '../shared/quotes.js';
import { native } from './module.js';

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
