import { DIST, accessible, expect, open, test, verdict } from './page.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

test('without a network the page loads, verifies what it has seen, and all once it was kept', async ({ page, origin, context }) => {
  await open(page, origin, '#sample=tdx');
  await verdict(page);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload();
  await verdict(page);
  await context.setOffline(true);
  await page.reload();
  expect((await verdict(page)).state).toBe('accepted');
  await page.locator('[data-sample="tpm"]').click();
  await expect(page.getByRole('alert')).toHaveText(/not kept on this device/);
  await context.setOffline(false);
  await page.getByRole('button', { name: 'Keep everything on this device' }).click();
  await expect(page.getByRole('button', { name: 'Kept' })).toBeVisible();
  await context.setOffline(true);
  await page.goto('about:blank');
  await page.goto(`${origin}#sample=tpm`);
  expect((await verdict(page)).state).toBe('accepted');
  await page.locator('#language').selectOption('ja');
  await expect(page.locator('.sentence')).toContainText('真正');
  expect(await accessible(page)).toEqual([]);
});

test('the policy of the page is the strict one, in its header and in itself', async ({ page, origin, watched }) => {
  const response = await page.goto(origin);
  const header = response?.headers()['content-security-policy'] ?? '';
  const meta = (await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content')) ?? '';
  for (const policy of [header, meta]) {
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
    expect(policy).not.toContain('unsafe-inline');
    expect(policy).not.toMatch(/'unsafe-eval'|\*/);
  }
  expect(watched.wrong).toEqual([]);
});

test('the policy bites: an inline script does not run', async ({ page, origin }) => {
  const violations: string[] = [];
  page.on('console', (message) => violations.push(message.text()));
  const html = readFileSync(join(DIST, 'index.html'), 'utf8').replace('</body>', '<script>document.title = "ran"</script></body>');
  await page.route(origin, (route) => route.fulfill({ contentType: 'text/html', body: html }));
  await page.goto(origin);
  await page.locator('main[data-ready="true"]').waitFor();
  expect(await page.title()).not.toBe('ran');
  expect(violations.join()).toContain('Content Security Policy');
});
