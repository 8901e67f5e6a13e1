import * as veriquote from 'veriquote';
import { check } from './check.js';
import evidence from './evidence.json';

await veriquote.init();
document.body.textContent = await check(veriquote, evidence);
