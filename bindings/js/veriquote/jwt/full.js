import * as glue from '../wasm/jwt.js';
import { boot } from '../shared/boot.js';
import { tokens } from '../shared/tokens.js';

const { initSync, load, native } = boot(glue);
export { initSync, load };
export { VeriquoteError } from '../shared/error.js';
export const { TokenVerifier, showToken, tryVerifyToken, tryVerifyTokenAsync, verifyToken, verifyTokenAsync } =
  /* @__PURE__ */ tokens(native);
