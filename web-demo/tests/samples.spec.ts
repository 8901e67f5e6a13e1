import { readFileSync } from 'node:fs';
import { SAMPLES, SHOTS, accessible, expect, open, sampleCase, test, verdict } from './page.ts';

test('there are samples of every kind and every verdict', () => {
  const kinds = new Set(SAMPLES.map(({ call, expected }) => `${call} ${expected}`));
  for (const call of ['verify_dcap', 'verify_tpm', 'verify_nvgpu']) {
    for (const expected of ['accepted', 'rejected', 'refused']) expect(kinds).toContain(`${call} ${expected}`);
  }
  for (const kind of ['verify_composite accepted', 'verify_token accepted', 'verify_token refused']) expect(kinds).toContain(kind);
});

/** One of each look. */
const IN_BOTH_SCHEMES = ['tdx', 'tdx-debug', 'tdx-forged', 'tpm', 'token'];

for (const { id, expected, code } of SAMPLES) {
  test(`sample ${id} ${expected}`, async ({ page, origin, watched }) => {
    await open(page, origin);
    await page.locator(`[data-sample="${id}"]`).click();
    expect(await verdict(page)).toEqual({ state: expected, code: code ?? '' });
    // What the page shows is what the case says, neither more nor less.
    const checks = page.locator('.check');
    expect(await checks.count()).toBeGreaterThan(2);
    expect(await page.locator('.check.failed').count()).toBeLessThanOrEqual(1);
    expect(await page.locator('.caution').count()).toBeGreaterThan(sampleCase(id).call === 'verify_tpm' || expected === 'refused' ? -1 : 0);
    expect(await page.locator('#findings').count()).toBe(expected === 'refused' || sampleCase(id).call === 'verify_token' ? 0 : 1);
    if (expected === 'rejected') expect(await page.locator('.finding.violated').count()).toBeGreaterThan(0);
    if (expected === 'refused') await expect(page.locator('.problem .where')).toContainText(code ?? '');
    await page.screenshot({ path: `${SHOTS}/${id}-light.png`, fullPage: true });
    expect(await accessible(page)).toEqual([]);
    if (!IN_BOTH_SCHEMES.includes(id)) return;
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({ path: `${SHOTS}/${id}-dark.png`, fullPage: true });
    expect(await accessible(page, 'color-contrast')).toEqual([]);
    expect(watched.wrong).toEqual([]);
  });
}

test('a sample is a link, and its case opens as a file', async ({ page, origin, watched }) => {
  await open(page, origin, '#sample=tdx');
  expect(await verdict(page)).toEqual({ state: 'accepted', code: '' });
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save the case' }).click();
  const saved = await (await download).path();
  await page.getByRole('button', { name: 'Start afresh' }).click();
  await page.locator('#files').setInputFiles(saved);
  expect(await verdict(page)).toEqual({ state: 'accepted', code: '' });
  expect(JSON.parse(readFileSync(saved, 'utf8'))).toEqual(sampleCase('tdx'));
  expect(watched.wrong).toEqual([]);
});
