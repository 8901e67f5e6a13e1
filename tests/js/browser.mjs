// A page of files in headless Chromium, served on loopback.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname, join, normalize } from 'node:path';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };

/** Runs `work(page, origin)`; `roots` maps the first part of a path to a folder. */
export async function inBrowser(roots, work) {
  const server = createServer(async (request, response) => {
    const [, root, ...rest] = new URL(request.url, 'http://localhost').pathname.split('/');
    const path = rest.length > 0 && roots[root] && join(roots[root], normalize(`/${rest.join('/')}`));
    try {
      if (root === '') return response.setHeader('content-type', 'text/html').end('<!doctype html><link rel=icon href=data:,>');
      const body = await readFile(path);
      response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream').end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const { chromium } = createRequire(process.env.VERIQUOTE_TOOLS + '/')('playwright-core');
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  try {
    const page = await browser.newPage();
    const problems = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    page.setDefaultTimeout(300_000);
    await page.goto(origin);
    const result = await work(page, origin);
    if (problems.length > 0) throw new Error(`the page complained: ${problems.join('; ')}`);
    return result;
  } finally {
    await browser.close();
    server.close();
  }
}
