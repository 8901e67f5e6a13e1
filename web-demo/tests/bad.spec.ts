// Whatever is given, the page says what is wrong with it, in the core's words, and goes on.
import { readFileSync } from 'node:fs';
import { expect, give, open, sampleCase, test, verdict, type Page } from './page.ts';

const quote = Buffer.from(String(sampleCase('tdx').request.quote), 'hex');

const FILES: [string, string | Buffer, RegExp][] = [
  ['nothing', '', /·/],
  ['words', 'hello, is this thing on?', /·/],
  ['a web page', '<!doctype html><script>alert(1)</script><img src=x onerror=alert(1)>', /·/],
  ['JSON of nothing', '{"hello": "world"}', /input\.encoding/],
  ['broken JSON', '{"tcb_info": ', /json\.syntax/],
  ['a list', '[[[[[[[[1]]]]]]]]', /·/],
  ['deep JSON', '{"a":'.repeat(5000) + '1' + '}'.repeat(5000), /limit\.depth/],
  ['random bytes', Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7919 + 13) % 256)), /·/],
  ['zeros', Buffer.alloc(1024), /·/],
  ['a quote cut short', quote.subarray(0, 700), /input\.truncated/],
  ['a quote of version 9', Buffer.concat([Buffer.from([9, 0]), quote.subarray(2)]), /dcap\.quote\.version/],
  ['a certificate that is none', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', /x509|input/],
  ['a token of two parts', 'eyJhbGciOiJFUzI1NiJ9.e30', /·/],
  ['a case without a request', '{"call": "verify_dcap"}', /input\.encoding/],
  ['a case of no call', '{"call": "constructor", "request": {}}', /input\.encoding/],
];

test('every bad file is refused in words', async ({ page, origin, watched }) => {
  await open(page, origin);
  for (const [name, content, words] of FILES) {
    await give(page, { name: `${name}.bin`, content });
    await expect(page.locator('.file-problem'), name).toHaveText(words);
    expect(await page.locator('#verdict').count(), name).toBe(0);
    await page.getByRole('button', { name: /^Remove/ }).click();
  }
  expect(watched.wrong).toEqual([]);
});

test('bad files beside good evidence change no verdict', async ({ page, origin, watched }) => {
  await open(page, origin, '#sample=tdx');
  expect(await verdict(page)).toEqual({ state: 'accepted', code: '' });
  await give(page, ...FILES.map(([name, content]) => ({ name: `${name}.bin`, content })));
  await expect(page.locator('.file.unplaced')).toHaveCount(FILES.length);
  expect(await verdict(page)).toEqual({ state: 'accepted', code: '' });
  expect(watched.wrong).toEqual([]);
});

for (const [name, request] of [
  ['of nothing', {}],
  ['with a member too many', { ...sampleCase('tdx').request, extra: 1 }],
  ['of wrong types', { quote: {}, collateral: [[]], options: { at: {} } }],
] as const) {
  test(`bad case: ${name}`, async ({ page, origin, watched }) => {
    await open(page, origin);
    await give(page, { name: 'case.json', content: JSON.stringify({ call: 'verify_dcap', request }) });
    expect(await verdict(page)).toEqual({ state: 'unasked', code: 'misuse.options' });
    expect(watched.wrong).toEqual([]);
  });
}

interface Line {
  readonly id: string;
  readonly call: string;
  readonly request: string;
  readonly answer: string;
}

interface Answer {
  readonly verified: boolean;
  readonly accepted: boolean;
  readonly error: { readonly code: string; readonly kind: string; readonly part: string } | null;
}

/** One case of the catalogue for each code of each call. */
function oneOfEachCode(): Line[] {
  const file = process.env.VERIQUOTE_ANSWERS;
  if (!file) throw new Error('VERIQUOTE_ANSWERS names no file: run this by `cargo xtask web --test`');
  const found = new Map<string, Line>();
  for (const text of readFileSync(file, 'utf8').trimEnd().split('\n')) {
    const line = JSON.parse(text) as Line;
    if (!line.call.startsWith('verify_')) continue;
    const key = `${line.call} ${(JSON.parse(line.answer) as Answer).error?.code}`;
    if (!found.has(key)) found.set(key, line);
  }
  return [...found.values()];
}

const SHARDS = 4;
for (let shard = 0; shard < SHARDS; shard += 1) {
  test(`one case of each code of each call says in the page what it says in Rust, ${shard + 1} of ${SHARDS}`, async ({ page, origin, watched }) => {
    const lines = oneOfEachCode().filter((_, index) => index % SHARDS === shard);
    expect(lines.length).toBeGreaterThan(40);
    await open(page, origin);
    const wrong: string[] = [];
    for (const { id, call, request, answer } of lines) {
      const expected = JSON.parse(answer) as Answer;
      const given = await shown(page, call, request);
      const state = expected.accepted ? 'accepted' : expected.verified ? 'rejected' : expected.error?.kind === 'misuse' || expected.error?.part.startsWith('policy') ? 'unasked' : 'refused';
      if (given.state !== state || given.code !== (expected.error?.code ?? '')) wrong.push(`${call} ${id}: ${JSON.stringify(given)}, not ${state} ${expected.error?.code}`);
    }
    expect(wrong).toEqual([]);
    expect(watched.wrong).toEqual([]);
  });
}

/** The verdict on a case that was dropped; the last one is cleared first. */
async function shown(page: Page, call: string, request: string): Promise<{ state: string; code: string }> {
  if (await page.locator('#verdict').count()) await page.getByRole('button', { name: 'Start afresh' }).click();
  await page.locator('#verdict').waitFor({ state: 'detached' });
  await give(page, { name: 'case.json', content: `{"call":"${call}","request":${request}}` });
  return verdict(page);
}
