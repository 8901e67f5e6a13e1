import { misuse } from './error.js';

/** The wasm module behind `glue`, which must be loaded once before it is called. */
export function boot(glue) {
  let ready = false;
  let loading;

  /** Loads it from bytes, or from a compiled module. */
  function initSync(module) {
    if (ready) return;
    // Whoever comes second would take the first one's place, with a memory of its own.
    if (loading) throw absent('veriquote is being loaded');
    glue.initSync({ module });
    ready = true;
  }

  /** Loads it from wherever it is: an address, a response, bytes, or a compiled module. */
  async function load(source) {
    if (ready) return;
    if (source === undefined) {
      throw misuse('source', 'there is nothing to load from', 'pass the bytes or the address of the .wasm file');
    }
    const mine = (loading ??= glue.default({ module_or_path: source }));
    try {
      await mine;
      ready = true;
    } finally {
      if (loading === mine) loading = undefined;
    }
  }

  function native() {
    if (ready) return glue;
    throw absent('veriquote was called before it was loaded');
  }

  return { initSync, load, native };
}

const absent = (message) => misuse('', message, 'await init() first', 'misuse.not_initialised');
