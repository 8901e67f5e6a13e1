import { expect, open, test, verdict } from './page.ts';

/** Bytes over the wire, bodies compressed: what the page may cost at most. */
const BUDGET = 700_000;

test('a cold load with its first verdict fits the budget', async ({ browser, origin }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  const files = new Map<string, { name: string; bytes: number }>();
  session.on('Network.requestWillBeSent', ({ requestId, request }) => files.set(requestId, { name: new URL(request.url).pathname, bytes: 0 }));
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const file = files.get(requestId);
    if (file) file.bytes = encodedDataLength;
  });
  const started = performance.now();
  await page.goto(`${origin}#sample=tdx`);
  await page.locator('#verdict').waitFor();
  const first = performance.now() - started;
  const took = await page.locator('.notes').textContent();
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForLoadState('networkidle');
  const total = [...files.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { name, bytes } of [...files.values()].sort((one, other) => other.bytes - one.bytes)) console.log(`  ${bytes} ${name}`);
  console.log(`measured: ${(total / 1000).toFixed(0)} KB over the wire of ${BUDGET / 1000}; first verdict ${first.toFixed(0)} ms after a cold start`);
  console.log(`measured: ${took}`);
  expect(files.size).toBeGreaterThan(4);
  expect(total).toBeLessThanOrEqual(BUDGET);
  await context.close();
});

test('results after load, as a measurement', async ({ page, origin, watched }) => {
  await open(page, origin, '#sample=tdx');
  await verdict(page);
  // From the change of a field to the picture that shows it.
  const times = await page.evaluate(async () => {
    const field = document.querySelector<HTMLInputElement>('#at');
    const times: number[] = [];
    for (let run = 0; field && run < 9; run += 1) {
      const started = performance.now();
      field.value = `2026-01-15T00:00:0${run}Z`;
      field.dispatchEvent(new Event('change', { bubbles: true }));
      await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
      times.push(performance.now() - started);
    }
    return times.sort((one, other) => one - other);
  });
  console.log(`measured: result drawn in ${times.map((time) => time.toFixed(0)).join(', ')} ms; median ${times[4]?.toFixed(0)} ms`);
  expect(times.length).toBe(9);
  await expect(page.locator('.notes')).toContainText('Jan 15');
  expect(watched.wrong).toEqual([]);
});
