import type { ModuleSource } from './common.js';

export type * from './schema.js';
export * from './common.js';
export * from './quotes.js';

/** As of `veriquote/slim`. */
export declare function init(source: ModuleSource | Promise<ModuleSource>): Promise<void>;

/** As of `veriquote/slim`. */
export declare function initSync(module: Uint8Array | ArrayBuffer | WebAssembly.Module): void;
