// Loads nothing by itself: for libraries, and for bundlers that know no assets.
export { initSync, load as init } from './module.js';
export * from './calls.js';
