import { misuse } from './error.js';

/** The wasm module behind `glue`, which must be loaded once before it is called. */
export function boot(glue) {
  let ready = false;
  let loading;

  /** Loads it from bytes, or from a compiled module. */
  function initSync(module) {
    if (!ready) glue.initSync({ module });
    ready = true;
  }

  /** Loads it from wherever it is: an address, a response, bytes, or a compiled module. */
  async function load(source) {
    if (ready) return;
    if (source === undefined) {
      throw misuse('source', 'there is nothing to load from', 'pass the bytes or the address of the .wasm file');
    }
    loading ??= glue.default({ module_or_path: source });
    try {
      await loading;
      ready = true;
    } finally {
      loading = undefined;
    }
  }

  function native() {
    if (ready) return glue;
    throw misuse('', 'veriquote was called before it was loaded', 'await init() first', 'misuse.not_initialised');
  }

  return { initSync, load, native };
}
