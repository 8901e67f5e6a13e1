import type { ModuleSource } from './common.js';

export * from './calls.js';

/**
 * Loads the module: once, before the first call. Where it was loaded with the import (Node, Deno, Bun,
 * Workers) this does nothing. In a browser it fetches the file beside the package's own, or `source`.
 */
export declare function init(source?: ModuleSource): Promise<void>;
