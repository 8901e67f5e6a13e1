import { readFileSync } from 'node:fs';
import * as veriquote from 'veriquote/dcap';
import { check } from './check.js';

await veriquote.init();
console.log(await check(veriquote, JSON.parse(readFileSync('evidence.json', 'utf8'))));
