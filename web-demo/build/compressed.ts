// Each file once more as `.gz` and `.br`, for hosts that send what is there.
import { gzipAsync } from '@gfx/zopfli';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** Smaller files stay as they are: headers weigh as much. */
const LEAST = 512;

export function compressed(): Plugin {
  let [out, cache] = ['', ''];
  return {
    name: 'compressed',
    apply: 'build',
    configResolved(config) {
      out = join(config.root, config.build.outDir);
      cache = join(config.root, 'node_modules/.cache/compressed');
    },
    closeBundle: {
      order: 'post',
      sequential: true,
      async handler() {
        mkdirSync(cache, { recursive: true });
        for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
          const path = join(entry.parentPath, entry.name);
          if (!entry.isFile() || /\.(gz|br)$/.test(path)) continue;
          const body = readFileSync(path);
          if (body.length < LEAST) continue;
          const is = await once(cache, body);
          writeFileSync(`${path}.gz`, is.gz);
          writeFileSync(`${path}.br`, is.br);
        }
      },
    },
  };
}

/** zopfli finds 5 % that zlib does not, and takes its time. */
async function once(cache: string, body: Buffer): Promise<{ gz: Buffer; br: Buffer }> {
  const name = join(cache, createHash('sha256').update(body).digest('hex'));
  try {
    return { gz: readFileSync(`${name}.gz`), br: readFileSync(`${name}.br`) };
  } catch {
    const made = { gz: Buffer.from(await gzipAsync(body, { numiterations: 5 })), br: brotliCompressSync(body) };
    writeFileSync(`${name}.gz`, made.gz);
    writeFileSync(`${name}.br`, made.br);
    return made;
  }
}
