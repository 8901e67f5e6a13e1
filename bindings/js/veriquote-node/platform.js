import { createRequire } from 'node:module';

/** This machine, by the name that the package of its native module has: `linux-x64-gnu`, `darwin-arm64`, … */
export function platform() {
  const { platform, arch } = process;
  if (platform !== 'linux') return `${platform}-${arch}`;
  return `linux-${arch}-${process.report.getReport().header.glibcVersionRuntime ? 'gnu' : 'musl'}`;
}

/** The native module, from the package of this machine, which npm installs beside this one where there is one. */
export function load() {
  const name = `veriquote-node-${platform()}`;
  try {
    return createRequire(import.meta.url)(name);
  } catch (cause) {
    throw new Error(`${name} is not installed, or does not load here; \`veriquote\` has the same exports and runs everywhere`, { cause });
  }
}
