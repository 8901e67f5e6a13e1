// The packed packages in clean projects: one for each runtime and bundler that they are meant for.
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { inBrowser } from '../js/browser.mjs';
import { project, run, tool } from './project.mjs';

const EXPECTED = 'all as expected';
const esbuild = createRequire(`${process.env.VERIQUOTE_TOOLS}/`)('esbuild');

/** A project with the check that all share. */
function checked(name, packages) {
  const folder = project(name, packages);
  copyFileSync(join(import.meta.dirname, 'check.js'), join(folder, 'check.js'));
  return folder;
}

/** A page of the project in Chromium, and what it shows in the end. */
const shown = (folder, path) =>
  inBrowser({ site: folder }, async (page, origin) => {
    await page.goto(`${origin}/site/${path}`);
    await page.waitForFunction(() => document.body?.textContent.trim());
    return page.textContent('body');
  });

for (const [name, packages, main] of [
  ['node', ['veriquote'], 'main.js'],
  ['node-require', ['veriquote'], 'main.cjs'],
  ['native', ['veriquote-node'], 'main.js'],
  ['native-require', ['veriquote-node'], 'main.cjs'],
  ['dcap', ['veriquote'], 'main.js'],
  ['jwt', ['veriquote'], 'main.js'],
]) {
  test(`Node: ${name}`, () => {
    const folder = checked(name, packages);
    assert.equal(run(folder, 'node', [main]).trim(), EXPECTED);
  });
}

test('Deno', () => {
  const folder = checked('deno', ['veriquote']);
  const args = ['run', '--quiet', '--no-remote', '--node-modules-dir=manual', '--allow-read=.', 'main.js'];
  assert.equal(run(folder, tool('@deno/linux-x64-glibc/deno'), args, { DENO_NO_UPDATE_CHECK: '1' }).trim(), EXPECTED);
});

test('Bun', () => {
  const folder = checked('bun', ['veriquote']);
  assert.equal(run(folder, tool('@oven/bun-linux-x64/bin/bun'), ['main.js']).trim(), EXPECTED);
});

test('workerd, bundled by esbuild', async () => {
  const folder = checked('workerd', ['veriquote']);
  const out = join(folder, 'out');
  await esbuild.build({
    absWorkingDir: folder,
    bundle: true,
    conditions: ['workerd'],
    entryPoints: ['main.js'],
    format: 'esm',
    loader: { '.wasm': 'copy' },
    outdir: out,
  });
  const [wasm] = readdirSync(out).filter((name) => name.endsWith('.wasm'));
  const modules = `(name = "main", esModule = embed "main.js"), (name = "./${wasm}", wasm = embed "${wasm}")`;
  writeFileSync(
    join(out, 'config.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = .worker)]);
const worker :Workerd.Worker = (modules = [${modules}], compatibilityDate = "2026-01-01");
`,
  );
  const printed = run(out, tool('@cloudflare/workerd-linux-64/bin/workerd'), ['test', '--verbose', 'config.capnp']);
  assert.ok(printed.includes(EXPECTED), printed);
});

test('Chromium, bundled by esbuild', async () => {
  const folder = checked('esbuild', ['veriquote']);
  await esbuild.build({
    absWorkingDir: folder,
    bundle: true,
    entryPoints: ['main.js'],
    format: 'esm',
    outfile: join(folder, 'site/main.js'),
    sourcemap: false,
  });
  const site = join(folder, 'site');
  copyFileSync(join(folder, 'node_modules/veriquote/wasm/veriquote.wasm'), join(site, 'veriquote.wasm'));
  const head = '<!doctype html><link rel="icon" href="data:,"><body></body>';
  writeFileSync(join(site, 'index.html'), `${head}<script type="module" src="main.js"></script>\n`);
  assert.equal(await shown(site, 'index.html'), EXPECTED);
});

test('slim, with the module inside the bundle', async () => {
  const folder = checked('slim', ['veriquote']);
  await esbuild.build({
    absWorkingDir: folder,
    bundle: true,
    entryPoints: ['main.js'],
    format: 'esm',
    loader: { '.wasm': 'binary' },
    outfile: join(folder, 'out.mjs'),
    platform: 'node',
    target: 'node20',
  });
  assert.equal(run(folder, 'node', ['out.mjs']).trim(), EXPECTED);
});

test('Chromium, built by Vite', async () => {
  const folder = checked('vite', ['veriquote']);
  run(folder, 'node', [tool('vite/bin/vite.js'), 'build', '--logLevel', 'warn', '--base', '/site/']);
  const assets = readdirSync(join(folder, 'dist/assets'));
  assert.equal(assets.filter((name) => name.endsWith('.wasm')).length, 1, assets.join(' '));
  assert.equal(await shown(join(folder, 'dist'), 'index.html'), EXPECTED);
});

test('types: a sample that checks, and mistakes that do not', () => {
  const folder = project('types', ['veriquote', 'veriquote-node']);
  const common = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2023', '--lib', 'es2023,dom', '--types', ''];
  for (const [module, resolution] of [['nodenext', 'nodenext'], ['esnext', 'bundler']]) {
    const args = [tool('typescript/bin/tsc'), ...common, '--module', module, '--moduleResolution', resolution, 'sample.ts'];
    run(folder, 'node', args);
  }
});

test('what is packed: all that is needed, and nothing else', () => {
  for (const [name, wanted] of [
    ['veriquote', ['LICENSE-APACHE', 'LICENSE-MIT', 'README.md', 'dcap', 'jwt', 'node.js', 'package.json', 'shared', 'types', 'wasm', 'web.js']],
    ['veriquote-node', ['LICENSE-APACHE', 'LICENSE-MIT', 'README.md', 'index.js', 'package.json', 'shared', 'types']],
  ]) {
    const folder = project(`packed-${name}`, [name], null);
    const packed = join(folder, 'node_modules', name);
    const files = readdirSync(packed);
    for (const file of wanted) assert.ok(files.includes(file), `${name} lacks ${file}`);
    const { dependencies, exports, scripts } = JSON.parse(readFileSync(join(packed, 'package.json'), 'utf8'));
    assert.equal(dependencies, undefined);
    assert.equal(scripts, undefined);
    for (const target of targets(exports)) readFileSync(join(packed, target));
    if (name === 'veriquote-node') platforms(folder, packed);
    assert.ok(!readFileSync(join(packed, 'README.md'), 'utf8').includes('/root'));
  }
});

/** One package for each platform, of the version of the package itself; this machine's is installed. */
function platforms(folder, packed) {
  const { optionalDependencies, version } = JSON.parse(readFileSync(join(packed, 'package.json'), 'utf8'));
  assert.deepEqual(new Set(Object.values(optionalDependencies)), new Set([version]));
  assert.ok(!readdirSync(packed).some((file) => file.endsWith('.node')));
  const [native] = readdirSync(join(folder, 'node_modules')).filter((name) => name.startsWith('veriquote-node-'));
  const manifest = JSON.parse(readFileSync(join(folder, 'node_modules', native, 'package.json'), 'utf8'));
  assert.equal(optionalDependencies[native], manifest.version);
  assert.deepEqual([manifest.os, manifest.cpu], [[process.platform], [process.arch]]);
}

test('veriquote-node says what to do where it has no module', () => {
  const folder = project('native-absent', ['veriquote-node'], null);
  const [native] = readdirSync(join(folder, 'node_modules')).filter((name) => name.startsWith('veriquote-node-'));
  rmSync(join(folder, 'node_modules', native), { recursive: true });
  const script = "import('veriquote-node').catch((error) => console.log(error.message))";
  assert.match(run(folder, 'node', ['-e', script]), /is not installed.*`veriquote`/);
});

const targets = (value) => (typeof value === 'string' ? [value] : Object.values(value).flatMap(targets));
