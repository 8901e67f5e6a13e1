// `node conformance-node.mjs PACKAGE ANSWERS`: in Node, for either package.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { compare } from './conformance.mjs';

const [name, answers] = process.argv.slice(2);
const veriquote = await import(name);
await veriquote.init();
const lines = [];
for await (const line of createInterface({ input: createReadStream(answers) })) lines.push(JSON.parse(line));
const started = performance.now();
const { wrong, cases, objects } = compare(veriquote, lines);
for (const line of wrong.slice(0, 20)) console.log(`    ${line}`);
console.log(
  `${cases - wrong.length} passed, ${wrong.length} failed: ${cases} cases, ${objects} of them also as objects, ` +
    `${((performance.now() - started) / 1000).toFixed(1)} s`,
);
process.exitCode = wrong.length === 0 && cases > 1000 ? 0 : 1;
