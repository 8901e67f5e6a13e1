// The built page on loopback, watched: what it complains of, and whom it talks to.
import AxeBuilder from '@axe-core/playwright';
import { test as base, expect, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { serve } from '../build/serve.mjs';

export { expect, type Page };

export const DIST = join(import.meta.dirname, '../dist');
export const SHOTS = join(import.meta.dirname, '../screenshots');

export interface Sample {
  readonly id: string;
  readonly call: string;
  readonly expected: 'accepted' | 'rejected' | 'refused';
  readonly code: string | null;
}

export const SAMPLES = JSON.parse(readFileSync(join(DIST, 'samples/index.json'), 'utf8')) as Sample[];

/** The case that a sample's file holds. */
export function sampleCase<Request = Record<string, unknown>>(id: string): { call: string; request: Request } {
  return JSON.parse(readFileSync(join(DIST, `samples/${id}.json`), 'utf8')) as { call: string; request: Request };
}

/** What was wrong on the page: violations of its policy, errors, requests that left it. */
export interface Watched {
  readonly wrong: string[];
}

export const test = base.extend<{ watched: Watched }, { origin: string }>({
  origin: [
    async ({}, use) => {
      const server = await serve(DIST, 0);
      await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      server.close();
    },
    { scope: 'worker' },
  ],
  watched: async ({ page, origin }, use) => {
    const wrong: string[] = [];
    page.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') wrong.push(`console: ${message.text()}`);
    });
    page.on('request', (request) => {
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(origin)) wrong.push(`left the page: ${request.url()}`);
    });
    await page.addInitScript(() => {
      addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => console.error(`violates ${violatedDirective}: ${blockedURI}`));
    });
    await use({ wrong });
    expect(wrong).toEqual([]);
  },
});

/** Opens the page and waits until it can verify. */
export async function open(page: Page, origin: string, hash = ''): Promise<void> {
  await page.goto(`${origin}${hash}`);
  await page.locator('main[data-ready="true"]').waitFor();
}

/** Gives the page a file, as a visitor opens one. */
export async function give(page: Page, ...files: { name: string; content: string | Buffer }[]): Promise<void> {
  await page.locator('#files').setInputFiles(files.map(({ name, content }) => ({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(content) })));
}

/** State and code of the verdict. */
export async function verdict(page: Page): Promise<{ state: string; code: string }> {
  const section = page.locator('#verdict');
  await section.waitFor();
  return section.evaluate(({ dataset }) => ({ state: dataset.state ?? '', code: dataset.code ?? '' }));
}

/** What axe finds, of any impact. */
export async function accessible(page: Page, ...rules: string[]): Promise<string[]> {
  const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'], ...(rules.length > 0 ? { runOnly: { type: 'rule', values: rules } } : {}) });
  const { violations } = await axe.analyze();
  return violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
