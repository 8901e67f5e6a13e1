// Browsers, and bundlers for them: the module is fetched.
import { load } from './module.js';

export function init(source = new URL('../wasm/dcap.wasm', import.meta.url)) {
  return load(source);
}
export * from './calls.js';
