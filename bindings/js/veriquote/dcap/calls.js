export {
  DcapVerifier,
  VeriquoteError,
  pckReferenceOfQuote,
  platformOfPck,
  platformOfQuote,
  tryVerifyDcap,
  tryVerifyDcapAsync,
  verifyDcap,
  verifyDcapAsync,
} from './full.js';
