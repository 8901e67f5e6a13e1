// `node conformance-chromium.mjs PACKAGE-FOLDER ANSWERS LEAST`: in headless Chromium.
import { dirname, basename } from 'node:path';
import { inBrowser } from './browser.mjs';
import { summary } from './conformance.mjs';

const [folder, answers, least] = process.argv.slice(2);
const roots = { package: folder, tests: import.meta.dirname, answers: dirname(answers) };
const found = await inBrowser(roots, (page) =>
  page.evaluate(async (file) => {
    const [veriquote, { compare }] = await Promise.all([import('/package/web.js'), import('/tests/conformance.mjs')]);
    await veriquote.init();
    const text = await (await fetch(`/answers/${file}`)).text();
    const lines = text.trimEnd().split('\n').map((line) => JSON.parse(line));
    const started = performance.now();
    return { ...(await compare(veriquote, lines)), seconds: (performance.now() - started) / 1000 };
  }, basename(answers)),
);
for (const line of found.wrong.slice(0, 20)) console.log(`    ${line}`);
console.log(summary(found, found.seconds));
process.exitCode = found.wrong.length === 0 && found.cases > Number(least) && found.async > Number(least) ? 0 : 1;
