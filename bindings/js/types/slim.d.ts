import type { ModuleSource } from './common.js';

export * from './calls.js';

/** Loads the module from `source`: once, before the first call. */
export declare function init(source: ModuleSource | Promise<ModuleSource>): Promise<void>;

/** The same from bytes or a compiled module, at once. */
export declare function initSync(module: Uint8Array | ArrayBuffer | WebAssembly.Module): void;
