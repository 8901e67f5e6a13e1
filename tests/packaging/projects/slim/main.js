import * as veriquote from 'veriquote/slim';
import wasm from 'veriquote/veriquote.wasm';
import { check } from './check.js';
import evidence from './evidence.json';

await veriquote.init(wasm);
console.log(await check(veriquote, evidence));
