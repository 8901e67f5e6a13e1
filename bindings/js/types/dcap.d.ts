import type { ModuleSource } from './common.js';

export type * from './schema.js';
export * from './common.js';
export * from './quotes.js';

/** As of `veriquote`. */
export declare function init(source?: ModuleSource): Promise<void>;
