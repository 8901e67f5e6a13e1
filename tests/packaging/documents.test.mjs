// What the documents print, run as printed with the packed packages, and compared with what they say comes of it.
//
// A block of JavaScript is run where a comment before it says at which time; the text block after it is its
// output. TypeScript reads each with the packages' types. The quote is a real one where VERIQUOTE_VECTORS has it; against the forged one, whose root is not
// Intel's, what is printed must say so.
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { inBrowser } from '../js/browser.mjs';
import { bytes, dcap, token, tpm } from '../js/evidence.mjs';
import { project, run, tool } from './project.mjs';

const ROOT = join(import.meta.dirname, '../..');
const REAL = join(process.env.VERIQUOTE_VECTORS ?? '', 'dcap/real/c42f916432__b0c06f000000_eval18_2025-11-17');
const HAS_REAL = existsSync(REAL);
if (!HAS_REAL) console.error('SKIPPED: no real quote; blocks about quotes only show that a forged one is refused');

const DOCUMENTS = [
  'README.md',
  'bindings/js/veriquote/README.md',
  'bindings/js/veriquote-node/README.md',
  'docs/quickstart-node.md',
  'docs/quickstart-browser.md',
];

/** `{ how, at, code, output }` of each block that is to be run. */
function blocks(document) {
  const text = readFileSync(join(ROOT, document), 'utf8');
  const marked = /<!-- (run|page): (\S+) -->\n```js\n([^]*?)\n```\n\n```text\n([^]*?)\n```/g;
  const found = [...text.matchAll(marked)].map(([, how, at, code, output]) => ({ how, at, code, output }));
  assert.equal(found.length, text.match(/^```js$/gm)?.length ?? 0, `${document}: a block is not run`);
  return found;
}

function evidence(folder) {
  const forged = dcap();
  if (HAS_REAL) {
    for (const name of ['quote.bin', 'collateral.json']) copyFileSync(join(REAL, name), join(folder, name));
  } else {
    writeFileSync(join(folder, 'quote.bin'), bytes(forged.quote));
    writeFileSync(join(folder, 'collateral.json'), JSON.stringify(forged.collateral[0]));
  }
  writeFileSync(join(folder, 'policy.json'), '{"name":"mine","tcb":{"accept":["UpToDate"]}}');
  const { token: text, jwks } = token();
  writeFileSync(join(folder, 'token.txt'), text);
  writeFileSync(join(folder, 'jwks.json'), JSON.stringify(jwks));
  mkdirSync(join(folder, 'tpm'));
  const { options, ...machine } = tpm();
  for (const [name, hex] of Object.entries({ ...machine, nonce: options.nonce })) {
    writeFileSync(join(folder, 'tpm', name), bytes(hex));
  }
}

/** A clock that stands still, before anything else is loaded. */
const clock = (at) => `
const now = Date.parse('${at}');
globalThis.Date = class extends Date {
  constructor(...given) {
    super(...(given.length > 0 ? given : [now]));
  }
  static now() {
    return now;
  }
};
`;

for (const document of DOCUMENTS) {
  const all = blocks(document);
  test(`${document}: ${all.length} blocks`, { skip: all.length === 0 }, async (context) => {
    const folder = project(`document-${document.replaceAll(/\W+/g, '-')}`, ['veriquote', 'veriquote-node'], null);
    evidence(folder);
    all.forEach(({ code }, number) => writeFileSync(join(folder, `block-${number}.mjs`), `${code}\n`));
    await context.test(`${document}: types`, () => typed(folder, all.map((_, number) => `block-${number}.mjs`)));
    for (const [number, block] of all.entries()) {
      await context.test(`${document} ${number + 1}`, () => ({ run: program, page })[block.how](folder, number, block));
    }
  });
}

/** Strictly, as an editor shows it. */
function typed(folder, files) {
  const types = ['--types', 'node', '--typeRoots', tool('@types')];
  const common = ['--noEmit', '--strict', '--noImplicitAny', 'false', '--checkJs', '--target', 'es2023', '--lib', 'es2023,dom', '--module', 'nodenext'];
  run(folder, 'node', [tool('typescript/bin/tsc'), ...common, ...types, ...files]);
}

const aboutQuotes = (code) => code.includes('quote.bin');

function program(folder, number, { at, code, output }) {
  writeFileSync(join(folder, 'clock.mjs'), clock(at));
  const start = () => run(folder, 'node', ['--import', './clock.mjs', `block-${number}.mjs`]);
  if (HAS_REAL || !aboutQuotes(code)) {
    assert.equal(start().trimEnd(), output);
  } else {
    assert.doesNotMatch(printed(start), /UpToDate|'accepted'|true/);
  }
}

/** What is printed, whether or not an error ended it. */
function printed(start) {
  try {
    return start();
  } catch (error) {
    return error.stdout;
  }
}

async function page(folder, number, { at, code, output }) {
  const site = join(folder, `page-${number}`);
  mkdirSync(join(site, 'public'), { recursive: true });
  for (const name of ['quote.bin', 'collateral.json', 'token.txt', 'jwks.json']) {
    copyFileSync(join(folder, name), join(site, 'public', name));
  }
  writeFileSync(join(site, 'main.js'), code);
  const head = '<!doctype html><link rel="icon" href="data:,"><body></body>';
  writeFileSync(join(site, 'index.html'), `${head}<script type="module" src="/main.js"></script>\n`);
  run(site, 'node', [tool('vite/bin/vite.js'), 'build', '--logLevel', 'warn', '--base', '/site/']);
  const text = await inBrowser({ site: join(site, 'dist') }, async (tab, origin) => {
    await tab.addInitScript(clock(at));
    await tab.goto(`${origin}/site/index.html`);
    await tab.waitForFunction(() => document.body?.textContent.trim());
    return tab.textContent('body');
  });
  if (HAS_REAL || !aboutQuotes(code)) assert.equal(text, output);
  else assert.match(text, /^(x509|dcap)\./);
}
