// Workers may not compile: the module is imported, compiled ahead.
import module from './wasm/veriquote.wasm';
import { initSync } from './module.js';

initSync(module);

/** Nothing is left to load. */
export async function init() {}
export * from './calls.js';
