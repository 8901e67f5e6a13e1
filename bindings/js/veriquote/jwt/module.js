import * as glue from '../wasm/jwt.js';
import { boot } from '../shared/boot.js';

export const { initSync, load, native } = boot(glue);
