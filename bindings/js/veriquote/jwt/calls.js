export {
  TokenVerifier,
  VeriquoteError,
  showToken,
  tryVerifyToken,
  tryVerifyTokenAsync,
  verifyToken,
  verifyTokenAsync,
} from './full.js';
