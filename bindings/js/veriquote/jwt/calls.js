export { TokenVerifier, VeriquoteError, showToken, tryVerifyToken, verifyToken } from './full.js';
