import { accessible, expect, give, open, sampleCase, test, verdict } from './page.ts';

const bytes = (hex: unknown) => Buffer.from(String(hex), 'hex');
const FORGED = sampleCase<{ quote: string; collateral: object[]; options: { at: string; roots: string[] } }>('tdx').request;

test('quote, collateral and root, dropped as files in any order, are recognised', async ({ page, origin, watched }) => {
  await open(page, origin);
  await give(page, { name: 'collateral.json', content: JSON.stringify(FORGED.collateral[0]) }, { name: 'root.pem', content: FORGED.options.roots[0] ?? '' });
  await expect(page.locator('.next-step')).toBeVisible();
  await give(page, { name: 'quote.bin', content: bytes(FORGED.quote) });
  await page.locator('#at').fill(FORGED.options.at);
  await page.locator('#at').press('Enter');
  // A certificate is not trusted because it was dropped.
  expect(await verdict(page)).toEqual({ state: 'refused', code: 'x509.anchor' });
  await page.locator('.file.unplaced select').selectOption('options.roots[]');
  await expect(page.locator('#verdict')).toHaveAttribute('data-state', 'accepted');
  await expect(page.locator('.caution')).toHaveText(/root that you gave/);
  expect(watched.wrong).toEqual([]);
});

test('files of a TPM find their places', async ({ page, origin, watched }) => {
  const { request } = sampleCase('tpm');
  const options = request.options as { at: string; nonce: string };
  await open(page, origin);
  await give(page, ...['signature', 'pcrs', 'ima_log', 'quote', 'event_log', 'ak'].map((name) => ({ name, content: bytes(request[name]) })));
  await page.locator('#at').fill(options.at);
  await page.locator('#at').press('Enter');
  await page.locator('#nonce').fill(options.nonce);
  await page.locator('#nonce').press('Enter');
  await expect(page.locator('#verdict')).toHaveAttribute('data-state', 'accepted');
  expect(await page.locator('.file.unplaced').count()).toBe(0);
  // Without the challenge it is genuine, of any age, and refused.
  await page.locator('#nonce').fill('');
  await page.locator('#nonce').press('Enter');
  await expect(page.locator('#verdict')).toHaveAttribute('data-state', 'rejected');
  await expect(page.locator('.finding.violated .rule')).toHaveText(['tpm.fresh']);
  expect(watched.wrong).toEqual([]);
});

test('a token is taken from a link, from the clipboard and from the field', async ({ page, origin, watched }) => {
  const { request } = sampleCase<{ token: string; jwks: object; options: { expect: object } }>('token-expired');
  await open(page, origin, `#token=${request.token}`);
  await expect(page.locator('.jwt-state')).toHaveText(/no key/);
  await expect(page.locator('.json').nth(1)).toContainText('"iss": "https://issuer.example"');
  await give(page, { name: 'jwks.json', content: JSON.stringify(request.jwks) });
  await expect(page.locator('.jwt-state')).toHaveClass(/valid/);
  expect((await verdict(page)).code).toBe('jwt.expired');

  await page.getByRole('button', { name: 'Start afresh' }).click();
  await page.evaluate((text) => {
    const data = new DataTransfer();
    data.setData('text/plain', text);
    document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
  }, `  ${request.token}\n`);
  await expect(page.locator('.jwt-state')).toHaveText(/no key/);

  await page.getByRole('button', { name: 'Start afresh' }).click();
  await page.getByText('Paste text').click();
  await page.locator('#paste').fill(request.token);
  await page.getByRole('button', { name: 'Read it' }).click();
  await expect(page.locator('.jwt-state')).toHaveText(/no key/);
  expect(watched.wrong).toEqual([]);
});

test('a log and collateral are shown though there is nothing to verify', async ({ page, origin, watched }) => {
  await open(page, origin);
  await give(page, { name: 'log.bin', content: bytes(sampleCase('tpm').request.event_log) });
  await expect(page.locator('svg.log .event.unauthenticated').first()).toBeVisible();
  await give(page, { name: 'collateral.json', content: JSON.stringify(FORGED.collateral[0]) });
  await expect(page.locator('svg.calendar desc')).toContainText('pck_crl: Feb 9, 2026');
  expect(await page.locator('#verdict').count()).toBe(0);
  expect(await accessible(page)).toEqual([]);
  expect(watched.wrong).toEqual([]);
});

test('a file dropped on the page is read', async ({ page, origin, watched }) => {
  await open(page, origin);
  await page.evaluate((hex) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16))], 'quote.bin'));
    document.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  }, FORGED.quote);
  expect((await verdict(page)).state).toBe('unasked');
  await expect(page.locator('.unverified').first()).toContainText('mr_td');
  expect(watched.wrong).toEqual([]);
});

test('the issuer’s keys are fetched by discovery, and only when asked', async ({ page, origin, context }) => {
  const { request } = sampleCase<{ token: string; jwks: object }>('token-expired');
  const asked: string[] = [];
  await context.route('https://issuer.example/**', (route) => {
    const path = new URL(route.request().url()).pathname;
    asked.push(path);
    const body = path === '/keys' ? request.jwks : { issuer: 'https://issuer.example', jwks_uri: 'https://issuer.example/keys' };
    return route.fulfill({ json: body, headers: { 'access-control-allow-origin': '*' } });
  });
  await open(page, origin, `#token=${request.token}`);
  expect(asked).toEqual([]);
  await expect(page.locator('#issuer')).toHaveValue('https://issuer.example');
  await page.getByRole('button', { name: 'Fetch' }).click();
  await expect(page.locator('.jwt-state')).toHaveClass(/valid/);
  expect(asked).toEqual(['/.well-known/openid-configuration', '/keys']);
});

for (const [name, answer, words] of [
  ['of another issuer', { issuer: 'https://other.example', jwks_uri: 'https://issuer.example/keys' }, /another issuer/],
  ['with keys in the clear', { issuer: 'https://issuer.example', jwks_uri: 'http://issuer.example/keys' }, /Not an https/],
] as const) {
  test(`a discovery document ${name} is refused`, async ({ page, origin, context }) => {
    const { request } = sampleCase<{ token: string }>('token-expired');
    await context.route('https://issuer.example/**', (route) => route.fulfill({ json: answer, headers: { 'access-control-allow-origin': '*' } }));
    await open(page, origin, `#token=${request.token}`);
    await page.getByRole('button', { name: 'Fetch' }).click();
    await expect(page.locator('.discover [role=status]')).toHaveText(words);
    await expect(page.locator('.jwt-state')).toHaveText(/no key/);
  });
}
