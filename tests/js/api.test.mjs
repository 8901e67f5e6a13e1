// What JavaScript adds to the facade, for the package that VERIQUOTE_PACKAGE names.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import vm from 'node:vm';
import { PLATFORMS, bytes, challenge, dcap, token, tpm } from './evidence.mjs';

const veriquote = await import(process.env.VERIQUOTE_PACKAGE);
const { DcapVerifier, TokenVerifier, VeriquoteError, verifyDcap, verifyToken, verifyTpm } = veriquote;
await veriquote.init();

/** The error that `call` throws, which must be ours. */
function refusal(call) {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof VeriquoteError, String(error.stack));
    return error;
  }
  assert.fail('nothing was thrown');
}

const cases = [
  ['verifyDcap', verifyDcap, dcap],
  ['verifyTpm', verifyTpm, tpm],
  ['verifyToken', verifyToken, token],
];

for (const [name, verify, valid] of cases) {
  test(`${name}: valid evidence is accepted, and says all that it says in Rust`, () => {
    const result = verify(valid());
    assert.equal(result.accepted, true);
    assert.equal(JSON.stringify(JSON.parse(result.json)), JSON.stringify(result));
    assert.ok(!Object.keys(result).includes('json'));
  });

  test(`${name}: an unknown member is refused wherever it stands`, () => {
    for (const spoil of [(it) => (it.optins = {}), (it) => (it.options.report_dta = '00'), (it) => (it.options[''] = 1)]) {
      const request = valid();
      spoil(request);
      const error = refusal(() => verify(request));
      assert.equal(error.code, 'misuse.options');
      assert.match(error.message, /unknown field/);
    }
  });

  test(`${name}: what JSON would leave out is refused`, () => {
    for (const value of [undefined, () => 1, Symbol('s'), NaN, Infinity, 2 ** 53, 10n, new Map(), new Set(), /x/]) {
      const request = valid();
      request.options.policy = value;
      const error = refusal(() => verify(request));
      assert.equal(error.code, 'misuse.options', String(value));
      assert.equal(error.field, 'request.options.policy');
    }
    for (const value of [undefined, null, 'text', 1, [], new Map()]) {
      assert.equal(refusal(() => verify(value)).field, 'request');
    }
    const holes = valid();
    holes.options.roots = [, 'x'];
    assert.equal(refusal(() => verify(holes)).field, 'request.options.roots[0]');
  });
}

test('what JSON would not show is refused, since it is an expectation that somebody has', () => {
  const wrong = '11'.repeat(64);
  assert.equal(refusal(() => verifyDcap({ ...dcap(), options: { ...dcap().options, report_data: wrong } })).code, 'policy.rejected');
  const inherited = (base) => (it) => (it.options = Object.assign(Object.create(base), it.options));
  const spoils = [
    [(it) => (it.options[Symbol('report_data')] = wrong), 'request.options'],
    [(it) => Object.defineProperty(it.options, 'report_data', { value: wrong }), 'request.options'],
    [(it) => (it.options.roots.report_data = wrong), 'request.options.roots'],
    [(it) => (it.options.roots[Symbol('x')] = wrong), 'request.options.roots'],
    [(it) => (it[Symbol('options')] = {}), 'request'],
    [inherited(Object.assign(Object.create(null), { report_data: wrong })), 'request.options'],
    [inherited({ report_data: wrong }), 'request.options'],
    [(it) => (it.options = new Proxy(it.options, { ownKeys: (of) => [...Reflect.ownKeys(of), Symbol('x')] })), 'request.options'],
  ];
  for (const [spoil, field] of spoils) {
    const request = dcap();
    spoil(request);
    const error = refusal(() => verifyDcap(request));
    assert.equal(error.code, 'misuse.options', String(spoil));
    assert.equal(error.field, field);
  }
  const bare = Object.assign(Object.create(null), dcap());
  assert.equal(verifyDcap(bare).accepted, true);
  assert.equal(verifyDcap({ ...dcap(), options: vm.runInNewContext(`(${JSON.stringify(dcap().options)})`) }).accepted, true);
});

test('a request that has no end is refused', () => {
  const cyclic = dcap();
  cyclic.options.policy = { inner: [cyclic.options] };
  assert.equal(refusal(() => verifyDcap(cyclic)).field, 'request.options.policy.inner[0]');
  const itself = [];
  itself.push(itself);
  assert.equal(refusal(() => verifyDcap({ ...dcap(), collateral: itself })).field, 'request.collateral[0]');
  const deep = dcap();
  for (let depth = 0; depth < 100_000; depth += 1) deep.options.policy = { deeper: deep.options.policy };
  assert.match(refusal(() => verifyDcap(deep)).message, /nested too deeply/);
  const twice = dcap();
  const [collateral] = twice.collateral;
  assert.equal(verifyDcap({ ...twice, collateral: [collateral, collateral] }).accepted, true, 'the same object twice is no circle');
});

test('an error of the caller is the caller’s', () => {
  const request = dcap();
  Object.defineProperty(request, 'quote', { enumerable: true, get: () => { throw new RangeError('mine'); } });
  assert.throws(() => verifyDcap(request), RangeError);
});

test('what others put on all objects changes no verdict', () => {
  const names = ['accepted', 'verified', 'json', 'toJSON', 'part', 'depth', 'outer', 'report_data', 'options'];
  for (const name of names.filter((name) => name !== 'toJSON')) Object.prototype[name] = true;
  try {
    assert.equal(verifyDcap(dcap()).accepted, true);
    const request = dcap();
    request.quote = `${request.quote.slice(0, 100)}ff${request.quote.slice(102)}`;
    assert.equal(refusal(() => verifyDcap(request)).kind, 'untrusted');
    assert.equal(veriquote.tryVerifyDcap(request).accepted, false);
  } finally {
    for (const name of names) delete Object.prototype[name];
  }
  // A result without an error is never made one, and one with an error never loses it.
  Object.prototype.error = { code: 'x', message: 'x' };
  try {
    assert.equal(verifyDcap(dcap()).error, null);
    assert.throws(() => veriquote.inspect('hello'), VeriquoteError);
  } finally {
    delete Object.prototype.error;
  }
});

test('bytes that another thread could change are copied once; those that are gone are refused', async () => {
  const { quote, ...preparation } = dcap();
  const call = { at: preparation.options.at };
  const expected = verifyDcap(dcap()).json;
  const shared = new Uint8Array(new SharedArrayBuffer(quote.length / 2));
  shared.set(bytes(quote));
  const root = new TextEncoder().encode(preparation.options.roots[0]);
  const sharedRoot = new Uint8Array(new SharedArrayBuffer(root.length));
  sharedRoot.set(root);
  const options = { ...preparation.options, roots: [sharedRoot] };
  assert.equal(verifyDcap({ ...dcap(), quote: shared, options }).json, expected);
  const verifier = new DcapVerifier(preparation);
  assert.equal(verifier.verify(shared, call).json, expected);
  assert.equal((await verifier.verifyBatch([shared], call))[0].json, expected);
  // What the module itself is given, in the place of which a package has its own.
  const { api } = await import(new URL('./shared/api.js', pathToFileURL(process.env.VERIQUOTE_PACKAGE)));
  const given = [];
  const { inspect } = api(() => ({ inspect: (file) => (given.push(file), '{}') }));
  inspect(shared);
  inspect(bytes(quote));
  assert.ok(given.every(({ buffer }) => buffer instanceof ArrayBuffer));

  const gone = bytes(quote);
  const view = new DataView(gone.buffer);
  structuredClone(gone.buffer, { transfer: [gone.buffer] });
  for (const form of [gone, view, gone.buffer]) {
    assert.equal(refusal(() => verifyDcap({ ...dcap(), quote: form })).field, 'request.quote');
    assert.equal(refusal(() => verifier.verify(form, call)).field, 'quote');
  }
  const spoofed = { [Symbol.toStringTag]: 'ArrayBuffer', length: 3 };
  assert.equal(refusal(() => veriquote.inspect(spoofed)).code, 'misuse.options');
});

test('large files inside a request take little time, and no more than a few times their size', () => {
  const request = dcap();
  const started = performance.now();
  for (const fill of [0, 0x5b]) {
    const error = refusal(() => verifyDcap({ ...request, quote: new Uint8Array(16 << 20).fill(fill) }));
    assert.equal(error.code, fill ? 'input.encoding' : 'limit.size', error.message);
  }
  const seconds = (performance.now() - started) / 1000;
  assert.ok(seconds < 4, `${seconds} s`);
  const most = new Uint8Array(2 ** 28);
  assert.equal(refusal(() => verifyDcap({ ...request, quote: most })).field, 'request.quote');
});

test('text that is no Unicode is refused or replaced, and never passes for another', () => {
  const request = token();
  assert.equal(veriquote.tryVerifyToken({ ...request, token: `${request.token}\ud800` }).accepted, false);
  const { token: text, ...preparation } = request;
  const verifier = new TokenVerifier(preparation);
  assert.equal(verifier.tryVerify(`\udc00${text}`, { at: preparation.options.at }).accepted, false);
});

test('a verifier that was freed says so, however often', async () => {
  const { quote, ...preparation } = dcap();
  const call = { at: preparation.options.at };
  const verifier = new DcapVerifier(preparation);
  const waiting = verifier.verifyAsync(quote, call);
  const batch = verifier.verifyBatch(new Array(40).fill(quote), call).catch((error) => assert.match(error.message, /freed/));
  verifier.free();
  verifier.free();
  assert.equal((await waiting).accepted, true);
  await batch;
  for (const use of [() => verifier.verify(quote, call), () => verifier.tryVerify(quote, call)]) {
    assert.match(refusal(use).message, /freed/);
  }
  for (const use of ['verifyAsync', 'tryVerifyAsync']) await assert.rejects(verifier[use](quote, call), VeriquoteError);
  await assert.rejects(verifier.verifyBatch([quote], call), VeriquoteError);
  const { token: text, ...keys } = token();
  const tokens = new TokenVerifier(keys);
  tokens.free();
  tokens.free();
  assert.match(refusal(() => tokens.verify(text, { at: keys.options.at })).message, /freed/);
  assert.match(refusal(() => tokens.verifyBundle(text, { at: keys.options.at })).message, /freed/);
});

test('what is no batch is not taken for an empty one', async () => {
  const { quote, ...preparation } = dcap();
  const verifier = new DcapVerifier(preparation);
  const call = { at: preparation.options.at };
  async function* later() {
    yield quote;
  }
  for (const wrong of [Promise.resolve([quote]), {}, 5, null, undefined, '', quote, later(), { length: 1, 0: quote }]) {
    await assert.rejects(verifier.verifyBatch(wrong, call), (error) => error instanceof VeriquoteError && error.field === 'quotes');
  }
  assert.equal((await verifier.verifyBatch(new Set([quote]), call)).length, 1);
});

test('a batch takes quotes that are read into one piece of memory', async () => {
  const { quote, ...preparation } = dcap();
  const memory = bytes(quote);
  const valid = memory.slice();
  function* stream() {
    for (let number = 0; number < 4; number += 1) {
      memory.set(valid);
      if (number % 2) memory[100] ^= 1;
      yield memory;
    }
  }
  const results = await new DcapVerifier(preparation).verifyBatch(stream(), { at: preparation.options.at });
  assert.deepEqual(results.map(({ accepted }) => accepted), [true, false, true, false]);
});

test('a class that hides its members is no request', () => {
  class Options {
    #secret = 1;
    get at() {
      return this.#secret;
    }
  }
  const request = dcap();
  request.options.policy = new Options();
  assert.equal(refusal(() => verifyDcap(request)).field, 'request.options.policy');
});

test('objects of another realm are taken', () => {
  const request = vm.runInNewContext(`(${JSON.stringify(dcap())})`);
  assert.equal(verifyDcap(request).accepted, true);
});

test('bytes are taken for text, and a Date for a time', () => {
  const request = dcap();
  const expected = verifyDcap(request).json;
  const at = new Date(request.options.at);
  const quote = bytes(request.quote);
  const shifted = new Uint8Array([9, ...quote, 9]).subarray(1, -1);
  for (const form of [quote, quote.buffer, Buffer.from(quote), new DataView(quote.buffer), shifted]) {
    assert.equal(verifyDcap({ ...request, quote: form, options: { ...request.options, at } }).json, expected);
  }
  const text = new TextEncoder();
  const [root] = request.options.roots;
  const [collateral] = request.collateral;
  const files = {
    ...request,
    collateral: [text.encode(JSON.stringify(collateral))],
    options: { ...request.options, roots: [text.encode(root)] },
  };
  assert.equal(verifyDcap(files).json, expected);
  assert.equal(verifyDcap({ ...request, options: { ...request.options, at: at.getTime() / 1000 } }).json, expected);
  assert.equal(refusal(() => verifyDcap({ ...request, options: { at: new Date(NaN) } })).field, 'request.options.at');
});

test('report data as bytes are their hex, also where they look like hex themselves', () => {
  const request = dcap();
  const { report_data } = verifyDcap(request).claims.report;
  const given = (it) => ({ ...request, options: { ...request.options, report_data: it } });
  assert.equal(verifyDcap(given(bytes(report_data))).accepted, true);
  assert.equal(verifyDcap(given(report_data)).accepted, true);
  const digits = new TextEncoder().encode(report_data);
  assert.equal(refusal(() => verifyDcap(given(digits))).part, 'options.report_data');
  const other = bytes(report_data);
  other[63] ^= 1;
  assert.equal(refusal(() => verifyDcap(given(other))).code, 'policy.rejected');
});

test('an error says all that its problem says', () => {
  const request = dcap();
  request.quote = request.quote.slice(0, 400);
  const error = refusal(() => verifyDcap(request));
  const result = veriquote.tryVerifyDcap(request);
  assert.deepEqual(JSON.parse(JSON.stringify(error)), result.error);
  assert.equal(error.name, 'VeriquoteError');
  assert.ok(error instanceof Error);
  assert.equal(error.code, result.error.code);
  assert.equal(error.kind, 'malformed');
  assert.equal(error.field, result.error.part);
  assert.equal(error.part, result.error.part);
  assert.equal(error.offset, result.error.offset);
  assert.equal(error.hint, result.error.help);
  assert.equal(error.help, result.error.help);
  assert.deepEqual(error.facts, result.error.facts);
  assert.deepEqual(error.checks, result.checks);
  assert.equal(error.result.json, result.json);
  assert.ok(error.message.includes(result.error.code) && error.message.includes(result.error.message));
});

test('evidence that is authentic and rejected is thrown with its findings', () => {
  const request = dcap();
  request.options.report_data = '11'.repeat(64);
  const error = refusal(() => verifyDcap(request));
  assert.equal(error.kind, 'rejected');
  assert.ok(error.result.verified && !error.result.accepted);
  assert.ok(error.result.appraisal.findings.some(({ outcome }) => outcome === 'violated'));
});

test('prepared collateral gives what a whole call gives', () => {
  for (const platform of PLATFORMS) {
    const { quote, ...preparation } = dcap(platform);
    const call = { at: preparation.options.at };
    const expected = verifyDcap({ quote, ...preparation }).json;
    const verifier = new DcapVerifier(preparation);
    for (const form of [quote, bytes(quote), quote]) assert.equal(verifier.verify(form, call).json, expected, platform);
    verifier.free();
  }
});

test('prepared collateral is asked for its time with every quote', () => {
  const { quote, ...preparation } = dcap();
  const verifier = new DcapVerifier(preparation);
  assert.equal(verifier.verify(quote, { at: preparation.options.at }).accepted, true);
  const late = refusal(() => verifier.verify(quote, { at: '2036-01-01T00:00:00Z' }));
  assert.equal(late.kind, 'stale');
  const early = refusal(() => verifier.verify(quote, { at: '2006-01-01T00:00:00Z' }));
  assert.equal(early.kind, 'stale');
  assert.equal(refusal(() => verifier.verify(quote, {})).code, 'misuse.options');
  assert.equal(refusal(() => verifier.verify(quote)).field, 'call');
  assert.equal(refusal(() => verifier.verify(quote, { at: 0, nonce: '' })).code, 'misuse.options');
  assert.equal(refusal(() => verifier.verify(undefined, { at: 0 })).field, 'quote');
});

test('prepared collateral takes what is new with a quote', () => {
  const { quote, ...preparation } = dcap();
  const { at } = preparation.options;
  const verifier = new DcapVerifier(preparation);
  const { report_data } = verifier.verify(quote, { at }).claims.report;
  assert.equal(verifier.verify(quote, { at, report_data }).accepted, true);
  assert.equal(refusal(() => verifier.verify(quote, { at, report_data: '11'.repeat(64) })).code, 'policy.rejected');
  assert.equal(verifier.verify(quote, { at }).accepted, true, 'the expectation was of one call');
  assert.equal(refusal(() => verifier.verify(quote, { at, event_log: '00' })).kind, 'malformed');
});

test('a platform that is remembered does not let another quote pass', () => {
  const { quote, ...preparation } = dcap();
  const call = { at: preparation.options.at };
  const verifier = new DcapVerifier(preparation);
  assert.equal(verifier.verify(quote, call).accepted, true);
  const changed = bytes(quote);
  changed[48 + 520] ^= 1;
  assert.equal(refusal(() => verifier.verify(changed, call)).code, 'dcap.quote.signature');
  assert.equal(verifier.verify(quote, call).accepted, true);
});

test('wrong preparations are refused at once', () => {
  const { quote, ...preparation } = dcap();
  for (const options of [{}, { at: 'soon' }, { ...preparation.options, polcy: 1 }]) {
    assert.equal(refusal(() => new DcapVerifier({ ...preparation, options })).code, 'misuse.options');
  }
  assert.equal(refusal(() => new DcapVerifier({ ...preparation, quote })).code, 'misuse.options');
  const { token: _, ...keys } = token();
  assert.equal(refusal(() => new TokenVerifier({ options: keys.options })).code, 'misuse.options');
  assert.equal(refusal(() => new TokenVerifier({ ...keys, jwks: { keys: 1 } })).kind, 'malformed');
});

test('a batch gives the result of each quote, in order, while other work goes on', async () => {
  const { quote, ...preparation } = dcap();
  const call = { at: preparation.options.at };
  const verifier = new DcapVerifier(preparation);
  const wrong = bytes(quote);
  wrong[100] ^= 1;
  const quotes = Array.from({ length: 99 }, (_, number) => (number % 3 === 1 ? wrong : bytes(quote)));
  let ticks = 0;
  const clock = setInterval(() => (ticks += 1), 1);
  const results = await verifier.verifyBatch(quotes, call);
  clearInterval(clock);
  assert.equal(results.length, quotes.length);
  const expected = verifier.tryVerify(quote, call).json;
  results.forEach((result, number) => {
    assert.equal(result.accepted, number % 3 !== 1);
    if (result.accepted) assert.equal(result.json, expected);
  });
  assert.ok(ticks > 0, 'the event loop stood still');
  assert.deepEqual(await verifier.verifyBatch([], call), []);
  const [misused] = await verifier.verifyBatch([quote], { at: 'soon' });
  assert.equal(misused.error.code, 'misuse.options');
  await assert.rejects(verifier.verifyBatch([1], call), (error) => error.field === 'quotes[0]');
});

test('prepared keys give what a whole call gives, at the time of each token', () => {
  const { token: text, ...preparation } = token();
  const { at } = preparation.options;
  const verifier = new TokenVerifier(preparation);
  assert.equal(verifier.verify(text, { at }).json, verifyToken({ token: text, ...preparation }).json);
  assert.equal(refusal(() => verifier.verify(text, { at: at + 10 ** 6 })).kind, 'stale');
  assert.equal(refusal(() => verifier.verify(text, {})).code, 'misuse.options');
  assert.equal(refusal(() => verifier.verify(text, { at, nonce: { only: 'another challenge' } })).kind, 'mismatch');
  assert.equal(refusal(() => verifier.verify(`${text.slice(0, -4)}AAAA`, { at })).kind, 'untrusted');
  assert.equal(refusal(() => verifier.verifyBundle('[]', { at })).kind, 'malformed');
  verifier.free();
});

test('files are looked at, and what cannot be is refused', () => {
  const { quote, collateral } = dcap();
  assert.equal(veriquote.inspect(bytes(quote)).kind, 'quote');
  assert.equal(veriquote.inspect(JSON.stringify(collateral[0])).kind, 'collateral');
  assert.equal(refusal(() => veriquote.inspect('hello')).kind, 'malformed');
  assert.equal(refusal(() => veriquote.inspect({})).code, 'misuse.options');
  const platform = veriquote.platformOfQuote(quote);
  assert.equal(platform.tee, 'tdx');
  assert.match(platform.fmspc, /^[0-9a-f]{12}$/);
  assert.equal(veriquote.pckReferenceOfQuote(quote).carried, true);
  assert.equal(refusal(() => veriquote.platformOfPck('none')).kind, 'malformed');
});

test('an error of a call that verifies nothing has no result, and the checks that were made', () => {
  for (const call of [() => veriquote.inspect('hello'), () => veriquote.platformOfPck('none'), () => verifyDcap(1)]) {
    const error = refusal(call);
    assert.equal(error.result, undefined);
    assert.deepEqual(error.checks, []);
  }
  const request = challenge();
  const [root] = dcap().options.roots;
  const untrusted = refusal(() => veriquote.makeTpmChallenge({ ...request, ek: { certificate: root } }));
  assert.equal(untrusted.result, undefined);
  assert.ok(untrusted.checks.length > 0);
  const rejected = refusal(() => verifyDcap({ ...dcap(), quote: dcap().quote.slice(0, 99) }));
  assert.equal(rejected.result.accepted, false);
  assert.equal(rejected.checks, rejected.result.checks);
});

test('binding data are computed and found out', () => {
  const data = '00ff';
  const computed = veriquote.binding({ mode: 'sha512', data });
  const found = veriquote.binding({ report_data: computed.report_data, data });
  assert.ok(found.bound && found.detections.some(({ mode, exact }) => mode === 'sha512' && exact));
  assert.equal(veriquote.binding({ mode: 'md5', data }).error.code, 'misuse.options');
});

test('a policy is learnt from a boot, and accepts it', () => {
  const request = tpm();
  const policy = veriquote.learnTpmPolicy(request, 'good boot');
  assert.equal(policy.name, 'good boot');
  const again = { ...request, options: { ...request.options, policy } };
  assert.equal(verifyTpm(again).accepted, true);
  const { event_log: _, ...without } = request;
  assert.equal(refusal(() => veriquote.learnTpmPolicy(without, 'x')).code, 'misuse.options');
});

test('a secret is wrapped for one TPM and one key', () => {
  const request = challenge();
  const made = veriquote.makeTpmChallenge(request);
  assert.equal(made.challenge.secret, request.secret);
  assert.ok(made.credential.length > 64 && !made.credential.includes(request.secret));
  assert.equal(made.json, veriquote.callJson('make_tpm_challenge', JSON.stringify(request)));
  assert.equal(refusal(() => veriquote.makeTpmChallenge({ ...request, ek: {} })).kind, 'misuse');
  assert.equal(refusal(() => veriquote.makeTpmChallenge({ ...request, more: 1 })).code, 'misuse.options');
});

test('calls by name take and give text', () => {
  const request = JSON.stringify(dcap());
  assert.equal(veriquote.callJson('verify_dcap', request), verifyDcap(dcap()).json);
  assert.match(veriquote.callJson('verify_tpm', '{'), /misuse\.options/);
  for (const name of ['verifyDcap', 'toString', '__proto__', '']) {
    assert.equal(refusal(() => veriquote.callJson(name, '{}')).field, 'call');
  }
});
