// `node bench.mjs PACKAGES PEERS EVIDENCE`: veriquote beside the published packages, in Node and in Chromium.
//
// PACKAGES is target/js/packages, PEERS a folder whose node_modules have the peers, EVIDENCE a folder with
// quote.bin and collateral.json of `AT`.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { inBrowser } from '../../tests/js/browser.mjs';
import { rounds, table } from './rounds.mjs';
import { devices, quotes, signatures, tokens } from './contenders.mjs';

const [packages, peers, evidence] = process.argv.slice(2);
const AT = '2025-12-02T05:09:04Z';
const require = createRequire(`${peers}/`);
const quote = new Uint8Array(readFileSync(join(evidence, 'quote.bin')));
const collateral = JSON.parse(readFileSync(join(evidence, 'collateral.json'), 'utf8'));
const jwt = JSON.parse(readFileSync(new URL('../../tests/vectors/jwt/valid.json', import.meta.url), 'utf8')).token_cases[0];
const { machines } = JSON.parse(readFileSync(new URL('../../tests/vectors/nvidia/machines.json', import.meta.url), 'utf8'));

const modules = {
  wasm: await import(join(packages, 'veriquote/node.js')),
  native: await import(join(packages, 'veriquote-node/index.js')),
  web: await import(require.resolve('@phala/dcap-qvl-web/dcap-qvl-web.js')),
  js: require('@phala/dcap-qvl'),
  jose: await import(join(peers, 'node_modules/jose/dist/webapi/index.js')),
  jsonwebtoken: require('jsonwebtoken'),
};
modules.web.initSync({ module: readFileSync(require.resolve('@phala/dcap-qvl-web/dcap-qvl-web_bg.wasm')) });
const given = { quote, collateral, at: AT, jwt: jwt.request, gpu: machines.hopper };
console.log(`Node.js ${process.version}`);
console.log(table('A quote in Node.js', await rounds(quotes(modules, given))));
console.log(table('A token (ES256) in Node.js', await rounds(await tokens(modules, given))));
console.log(table('One P-256 signature in Node.js', await rounds(await signatures(modules, given))));
console.log(table('A GPU with two manifests in Node.js', await rounds(devices(modules, given))));

const site = join(peers, 'bench-site');
mkdirSync(site, { recursive: true });
await require('esbuild').build({
  bundle: true,
  format: 'esm',
  define: { global: 'globalThis' },
  outfile: join(site, 'peers.js'),
  stdin: { contents: "export * as js from '@phala/dcap-qvl'; export { Buffer } from 'buffer';", resolveDir: peers },
  alias: { crypto: join(peers, 'empty.cjs') },
  logLevel: 'error',
  ...(writeFileSync(join(peers, 'empty.cjs'), 'module.exports = {};\n'), {}),
});
const roots = { site, packages, bench: import.meta.dirname, peers: join(peers, 'node_modules') };
const results = await inBrowser(roots, (page) =>
  page.evaluate(async (given) => {
    const [wasm, web, { rounds }, { devices, quotes, signatures, tokens }] = await Promise.all(
      ['/packages/veriquote/web.js', '/peers/@phala/dcap-qvl-web/dcap-qvl-web.js', '/bench/rounds.mjs', '/bench/contenders.mjs'].map((path) => import(path)),
    );
    const { js, Buffer } = await import('/site/peers.js');
    const jose = await import('/peers/jose/dist/webapi/index.js');
    globalThis.Buffer = Buffer;
    await wasm.init();
    await web.default({ module_or_path: '/peers/@phala/dcap-qvl-web/dcap-qvl-web_bg.wasm' });
    const all = { ...given, quote: Uint8Array.from(given.quote) };
    return {
      version: navigator.userAgent,
      quotes: await rounds(quotes({ wasm, web, js }, all)),
      tokens: await rounds(await tokens({ wasm, jose }, all)),
      signatures: await rounds(await signatures({ wasm }, all)),
      devices: await rounds(devices({ wasm }, all)),
    };
  }, { ...given, quote: Array.from(quote) }),
);
console.log(`\n${results.version}`);
console.log(table('A quote in Chromium', results.quotes));
console.log(table('A token (ES256) in Chromium', results.tokens));
console.log(table('One P-256 signature in Chromium', results.signatures));
console.log(table('A GPU with two manifests in Chromium', results.devices));
