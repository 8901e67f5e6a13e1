// A clean project with the packed packages in it, and programs that run there.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const { VERIQUOTE_PROJECTS, VERIQUOTE_TARBALL, VERIQUOTE_NODE_TARBALL, VERIQUOTE_NATIVE_TARBALL, VERIQUOTE_TOOLS } = process.env;
/** With the package of this machine, which npm would choose from the registry. */
const TARBALLS = { veriquote: [VERIQUOTE_TARBALL], 'veriquote-node': [VERIQUOTE_NODE_TARBALL, VERIQUOTE_NATIVE_TARBALL] };

/** Makes it from the files of `projects/NAME` (none where there is no such folder) and installs `packages`. */
export function project(name, packages, source = name) {
  const folder = join(VERIQUOTE_PROJECTS, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  if (source) cpSync(join(import.meta.dirname, 'projects', source), folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  const tarballs = packages.flatMap((name) => TARBALLS[name]);
  run(folder, 'npm', ['install', '--offline', '--no-package-lock', '--no-audit', '--no-fund', '--silent', ...tarballs]);
  const { platforms } = JSON.parse(readFileSync(new URL('../vectors/dcap/platforms.json', import.meta.url)));
  const { token_cases } = JSON.parse(readFileSync(new URL('../vectors/jwt/valid.json', import.meta.url)));
  const { collateral, ...quote } = platforms.tdx4;
  const evidence = { quote: { ...quote, collateral: [collateral] }, token: token_cases[0].request };
  writeFileSync(join(folder, 'evidence.json'), JSON.stringify(evidence));
  return folder;
}

/** Runs a program there and gives what it prints; its errors are the test's. */
export function run(folder, program, args, env = {}) {
  try {
    return execFileSync(program, args, { cwd: folder, env: { ...process.env, ...env }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const said = `${error.stdout ?? ''}${error.stderr ?? error}`.replaceAll(/^.{300,}$/gm, (line) => `${line.slice(0, 300)}…`);
    const told = new Error(`in ${folder}: ${program} ${args.join(' ')}\n${said.slice(0, 6000)}`);
    throw Object.assign(told, { stdout: String(error.stdout ?? '') });
  }
}

/** The program of a tool that was installed without its scripts. */
export const tool = (path) => join(VERIQUOTE_TOOLS, 'node_modules', path);
