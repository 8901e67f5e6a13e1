/** This machine, by the name that the native module has: `linux-x64-gnu`, `darwin-arm64`, … */
export function platform() {
  const { platform, arch } = process;
  if (platform !== 'linux') return `${platform}-${arch}`;
  return `linux-${arch}-${process.report.getReport().header.glibcVersionRuntime ? 'gnu' : 'musl'}`;
}
