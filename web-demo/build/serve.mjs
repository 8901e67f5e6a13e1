// `node build/serve.mjs [FOLDER] [PORT]`: the built page on loopback, with its headers and gzip as any good host sends them.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import { gzipSync } from 'node:zlib';

const TYPES = {
  '.css': 'text/css', '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.json': 'application/json',
  '.svg': 'image/svg+xml', '.wasm': 'application/wasm', '.webmanifest': 'application/manifest+json',
};

/** A server of `folder`; port 0 takes any. */
export function serve(folder, port) {
  const headers = JSON.parse(readFileSync(join(import.meta.dirname, '../headers.json'), 'utf8'));
  const packed = new Map();
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname)).replace(/\/$/, '/index.html');
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    try {
      if (!packed.has(path)) packed.set(path, gzipSync(await readFile(join(folder, path)), { level: 9 }));
      const body = packed.get(path) ?? Buffer.alloc(0);
      response.writeHead(200, {
        'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
        'content-encoding': 'gzip',
        'content-length': body.length,
        'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((ready) => server.listen(port, '127.0.0.1', () => ready(server)));
}

if (process.argv[1] === import.meta.filename) {
  const [folder = join(import.meta.dirname, '../dist'), port = '4173'] = process.argv.slice(2);
  await serve(folder, Number(port));
  console.log(`http://127.0.0.1:${port}/`);
}
