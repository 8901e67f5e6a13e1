import { SHOTS, accessible, expect, open, sampleCase, test, verdict } from './page.ts';

test('a policy is judged with every change', async ({ page, origin, watched }) => {
  await open(page, origin, '#sample=tdx-out-of-date');
  expect((await verdict(page)).state).toBe('rejected');
  await page.getByRole('button', { name: 'Accept an out-of-date TCB' }).click();
  await expect(page.locator('#verdict')).toHaveAttribute('data-state', 'accepted');
  const editor = page.locator('#policy-text');
  await editor.fill('{"name": "mine", "tcb": {"accept": ["UpTo');
  await expect(page.locator('#verdict')).toHaveAttribute('data-state', 'unasked');
  await expect(page.locator('#policy-state')).toContainText('json.syntax');
  await expect(editor).toBeFocused();
  expect(await page.locator('.check').count()).toBeGreaterThan(5);
  await editor.fill('{"name": "mine", "tcb": {"accept": ["UpToDate"]}}');
  await expect(page.locator('#verdict')).toHaveAttribute('data-state', 'rejected');
  await expect(page.locator('#findings .name')).toHaveText('mine');
  await page.getByRole('button', { name: 'Whatever is authentic' }).click();
  await expect(page.locator('#verdict')).toHaveAttribute('data-state', 'accepted');
  await page.getByRole('button', { name: 'Strict' }).click();
  await expect(page.locator('#verdict')).toHaveAttribute('data-state', 'rejected');
  expect(watched.wrong).toEqual([]);
});

test('a policy of this boot is learned, and accepts it', async ({ page, origin, watched }) => {
  await open(page, origin, '#sample=tpm');
  await page.getByRole('button', { name: 'Exactly this boot' }).click();
  await expect(page.locator('#findings .name')).toHaveText('learned');
  await expect(page.locator('#verdict')).toHaveAttribute('data-state', 'accepted');
  await expect(page.locator('#policy-text')).toHaveValue(/"boot"/);
  expect(watched.wrong).toEqual([]);
});

test('pictures say what they show, and a register is explained', async ({ page, origin, watched }) => {
  await open(page, origin, '#sample=tpm');
  await verdict(page);
  const chain = page.locator('svg.chain desc');
  await expect(chain).toContainText('Attestation key, proven');
  await expect(chain).toContainText('Event log, proven');
  expect(await page.locator('svg.log .event').count()).toBe(await page.locator('.all-events tbody tr').count());
  await page.getByRole('button', { name: 'PCR 7', exact: true }).click();
  await expect(page.locator('.register')).toContainText('Secure Boot');
  await expect(page.locator('.register')).toContainText('replaying these events gives the quoted value');
  expect(await accessible(page)).toEqual([]);
  await page.locator('#log').screenshot({ path: `${SHOTS}/register.png` });
  expect(watched.wrong).toEqual([]);
});

test('the chain shows where it broke', async ({ page, origin, watched }) => {
  await open(page, origin, '#sample=tdx-forged');
  await verdict(page);
  await expect(page.locator('svg.chain desc')).toContainText('Quote: TDX v4, broken');
  await expect(page.locator('svg.chain desc')).toContainText('Quoting enclave, proven');
  expect(watched.wrong).toEqual([]);
});

test('the chain has every device, and what vouches for several once', async ({ page, origin, watched }) => {
  await open(page, origin, '#sample=gpus');
  await verdict(page);
  const chain = page.locator('svg.chain desc');
  for (const place of ['1/2', '2/2']) await expect(chain).toContainText(`Device report ${place}, proven`);
  const titles = ((await chain.textContent()) ?? '').split('; ').map((node) => node.split(',')[0] ?? '');
  expect(titles.filter((title) => title.includes('Device Identity CA'))).toHaveLength(1);
  expect(titles.filter((title) => title.includes('FMC LF'))).toHaveLength(2);
  expect(watched.wrong).toEqual([]);
});

test('the calendar has each part, and a file for calendars', async ({ page, origin, watched }) => {
  await open(page, origin, '#sample=tdx');
  await verdict(page);
  await expect(page.locator('svg.calendar desc')).toContainText('pck_crl: Feb 9, 2026');
  await page.getByLabel('Say when the verdict will change').check();
  await expect(page.locator('.forecast li').first()).toContainText('Feb 9, 2026');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as calendar file' }).click();
  const text = await (await (await download).createReadStream()).toArray();
  expect(Buffer.concat(text).toString()).toContain('DTSTART:20260209T000000Z');
  expect(watched.wrong).toEqual([]);
});

test('two pieces of evidence are compared claim by claim', async ({ page, origin, watched }) => {
  await open(page, origin, '#sample=tdx');
  await verdict(page);
  await page.getByRole('button', { name: 'Keep for comparison' }).click();
  await page.locator('[data-sample="tdx-debug"]').click();
  await expect(page.locator('#verdict')).toHaveAttribute('data-state', 'rejected');
  await page.getByRole('link', { name: 'Compare' }).click();
  const rows = page.locator('.differences tbody tr');
  await expect(rows.filter({ hasText: 'report.debug' })).toContainText('true');
  expect(await accessible(page)).toEqual([]);
  await page.screenshot({ path: `${SHOTS}/compare.png`, fullPage: true });
  await page.locator('[data-sample="tdx"]').click();
  await expect(page.locator('#compare')).toContainText('Nothing differs');
  expect(watched.wrong).toEqual([]);
});

test('report data are explained', async ({ page, origin, watched }) => {
  await open(page, origin, '#/binding');
  await page.locator('#bound-data').fill('a public key');
  const digest = '4a9cb6b9c3c3a04a3f5bfbb8f6d5c3f2';
  await page.locator('#report-data-hex').fill(digest);
  await page.getByRole('button', { name: 'Find out' }).click();
  await expect(page.locator('#binding [role=status]')).toContainText(/binding\.length|No mode binds/);
  const sha256 = await page.evaluate(async () => {
    const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode('a public key'));
    return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  });
  await page.locator('#report-data-hex').fill(sha256 + '00'.repeat(32));
  await page.getByRole('button', { name: 'Find out' }).click();
  await expect(page.locator('.detections .exact')).not.toHaveCount(0);
  expect(await accessible(page)).toEqual([]);
  await page.screenshot({ path: `${SHOTS}/binding.png`, fullPage: true });
  expect(watched.wrong).toEqual([]);
});

for (const id of ['tdx', 'tdx-forged', 'token', 'machine-tpm']) {
  test(`the report of ${id} verifies itself without a network`, async ({ page, origin, context, watched }, info) => {
    await open(page, origin, `#sample=${id}`);
    const here = await verdict(page);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download the report' }).click();
    const path = info.outputPath('report.html');
    await (await download).saveAs(path);
    await context.setOffline(true);
    const report = await context.newPage();
    const wrong: string[] = [];
    report.on('pageerror', (error) => wrong.push(error.message));
    report.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
    report.on('request', (request) => !/^(file|data|blob):/.test(request.url()) && wrong.push(request.url()));
    await report.goto(`file://${path}`);
    await expect(report.locator('#again')).toHaveAttribute('data-same', 'true');
    expect(await verdict(report)).toEqual(here);
    expect(await accessible(report)).toEqual([]);
    await report.screenshot({ path: `${SHOTS}/report-${id}.png`, fullPage: true });
    expect(wrong).toEqual([]);
    expect(watched.wrong).toEqual([]);
  });
}

test('a report whose record was changed says so', async ({ page, origin, context, watched }) => {
  await open(page, origin, '#sample=tdx-forged');
  await verdict(page);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download the report' }).click();
  const text = Buffer.concat(await (await (await download).createReadStream()).toArray()).toString();
  const report = await context.newPage();
  await report.route('**/report.html', (route) => route.fulfill({ contentType: 'text/html', body: text.replace('"answer":"{\\"verified\\":false', '"answer":"{\\"verified\\":true') }));
  await report.goto(`${origin}report.html`);
  await expect(report.locator('#again')).toHaveAttribute('data-same', 'false');
  expect((await verdict(report)).state).toBe('refused');
  expect(watched.wrong).toEqual([]);
});

for (const [language, words] of [['zh', '真实且被接受'], ['ja', '真正であり']] as const) {
  test(`the page speaks ${language}`, async ({ page, origin, watched }) => {
    await open(page, origin, '#sample=tdx');
    await verdict(page);
    await page.locator('#language').selectOption(language);
    await expect(page.locator('.sentence')).toContainText(words);
    expect(await page.evaluate(() => document.documentElement.lang.slice(0, 2))).toBe(language);
    expect(await accessible(page)).toEqual([]);
    await page.screenshot({ path: `${SHOTS}/language-${language}.png`, fullPage: true });
    await page.reload();
    await expect(page.locator('.sentence')).toContainText(words);
    expect(watched.wrong).toEqual([]);
  });
}

test('all of it works by keyboard', async ({ page, origin, watched }) => {
  await open(page, origin);
  await page.keyboard.press('Tab');
  await expect(page.locator('.skip')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('main')).toBeFocused();
  // From the main part on: open files, paste, then the first sample.
  for (let presses = 0; presses < 8; presses += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(() => document.activeElement?.matches('[data-sample]'))) break;
  }
  await page.keyboard.press('Enter');
  expect((await verdict(page)).state).toBe('accepted');
  expect(watched.wrong).toEqual([]);
});

test('a narrow page keeps all in sight', async ({ page, origin, watched }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const id of ['tdx', 'token', 'tpm']) {
    await open(page, origin, `#sample=${id}`);
    await page.reload();
    await verdict(page);
    const [width, inner] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(width).toBeLessThanOrEqual(inner ?? 0);
    await page.screenshot({ path: `${SHOTS}/narrow-${id}.png`, fullPage: true });
  }
  expect(sampleCase('tdx').call).toBe('verify_dcap');
  expect(watched.wrong).toEqual([]);
});
