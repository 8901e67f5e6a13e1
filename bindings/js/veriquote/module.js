import * as glue from './wasm/veriquote.js';
import { boot } from './shared/boot.js';

export const { initSync, load, native } = boot(glue);
