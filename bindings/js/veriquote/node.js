// Node, Deno and Bun: the module lies beside this file and is loaded at once.
import { readFileSync } from 'node:fs';
import { initSync } from './module.js';

initSync(readFileSync(new URL('./wasm/veriquote.wasm', import.meta.url)));

/** Nothing is left to load. */
export async function init() {}
export * from './calls.js';
