// `node conformance-chromium.mjs PACKAGE-FOLDER ANSWERS`: in headless Chromium.
import { dirname, basename } from 'node:path';
import { inBrowser } from './browser.mjs';

const [folder, answers] = process.argv.slice(2);
const roots = { package: folder, tests: import.meta.dirname, answers: dirname(answers) };
const { wrong, cases, objects, seconds } = await inBrowser(roots, (page) =>
  page.evaluate(async (file) => {
    const [veriquote, { compare }] = await Promise.all([import('/package/web.js'), import('/tests/conformance.mjs')]);
    await veriquote.init();
    const text = await (await fetch(`/answers/${file}`)).text();
    const lines = text.trimEnd().split('\n').map((line) => JSON.parse(line));
    const started = performance.now();
    return { ...compare(veriquote, lines), seconds: (performance.now() - started) / 1000 };
  }, basename(answers)),
);
for (const line of wrong.slice(0, 20)) console.log(`    ${line}`);
console.log(
  `${cases - wrong.length} passed, ${wrong.length} failed: ${cases} cases, ${objects} of them also as objects, ${seconds.toFixed(1)} s`,
);
process.exitCode = wrong.length === 0 && cases > 1000 ? 0 : 1;
