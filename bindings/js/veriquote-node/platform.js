import { createRequire } from 'node:module';

/** This machine, by the name that the package of its native module has: `linux-x64-gnu`, `darwin-arm64`, … */
export function platform() {
  const { platform, arch, report } = process;
  if (platform !== 'linux') return `${platform}-${arch}`;
  // Otherwise a report asks for the name of every peer that the process is connected with.
  const { excludeNetwork } = report;
  report.excludeNetwork = true;
  try {
    return `linux-${arch}-${report.getReport().header.glibcVersionRuntime ? 'gnu' : 'musl'}`;
  } finally {
    report.excludeNetwork = excludeNetwork;
  }
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
