// `node build/serve.mjs [FOLDER] [PORT]`: the built page on loopback, with its headers, compressed as any good host sends it.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';

const TYPES = {
  '.css': 'text/css', '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.json': 'application/json',
  '.svg': 'image/svg+xml', '.wasm': 'application/wasm', '.webmanifest': 'application/manifest+json',
};

/** A server of `folder`; port 0 takes any. */
export function serve(folder, port) {
  const headers = JSON.parse(readFileSync(join(import.meta.dirname, '../headers.json'), 'utf8'));
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname)).replace(/\/$/, '/index.html');
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const type = TYPES[extname(path)];
    try {
      if (!type) throw new Error('no file of the page');
      const [body, encoding] = await content(join(folder, path));
      if (encoding) response.setHeader('content-encoding', encoding);
      response.writeHead(200, {
        'content-type': type,
        'content-length': body.length,
        'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((ready) => server.listen(port, '127.0.0.1', () => ready(server)));
}

/** The compressed form, where the build made one. */
async function content(path) {
  try {
    return [await readFile(`${path}.gz`), 'gzip'];
  } catch {
    return [await readFile(path), ''];
  }
}

if (process.argv[1] === import.meta.filename) {
  const [folder = join(import.meta.dirname, '../dist'), port = '4173'] = process.argv.slice(2);
  await serve(folder, Number(port));
  console.log(`http://127.0.0.1:${port}/`);
}
