import { tokens } from '../shared/tokens.js';
import { native } from './module.js';

export { VeriquoteError } from '../shared/error.js';
export const { TokenVerifier, showToken, tryVerifyToken, tryVerifyTokenAsync, verifyToken, verifyTokenAsync } =
  /* @__PURE__ */ tokens(native);
