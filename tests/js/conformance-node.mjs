// `node conformance-node.mjs PACKAGE ANSWERS [LEAST]`: in Node, for any package; it must have that many cases.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { compare, summary } from './conformance.mjs';

const [name, answers, least = 1000] = process.argv.slice(2);
const veriquote = await import(name);
await veriquote.init();
const lines = [];
for await (const line of createInterface({ input: createReadStream(answers) })) lines.push(JSON.parse(line));
const started = performance.now();
const found = await compare(veriquote, lines);
for (const line of found.wrong.slice(0, 20)) console.log(`    ${line}`);
console.log(summary(found, (performance.now() - started) / 1000));
process.exitCode = found.wrong.length === 0 && found.cases > Number(least) && found.async > Number(least) ? 0 : 1;
