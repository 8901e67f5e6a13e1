import * as veriquote from 'veriquote';
import { check } from './check.js';
import evidence from './evidence.json';

// esbuild knows no assets: the file is copied beside the page, and named.
await veriquote.init('/site/veriquote.wasm');
document.body.textContent = await check(veriquote, evidence);
