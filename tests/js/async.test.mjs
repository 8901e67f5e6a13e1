// The calls whose signatures WebCrypto checks, or other threads: the same results, for VERIQUOTE_PACKAGE.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PLATFORMS, bytes, dcap, token, tpm } from './evidence.mjs';

const veriquote = await import(process.env.VERIQUOTE_PACKAGE);
const { DcapVerifier, TokenVerifier, VeriquoteError } = veriquote;
const IS_WASM = !process.env.VERIQUOTE_PACKAGE.includes('veriquote-node');
await veriquote.init();

/** The error that `promise` rejects with, which must be ours. */
async function refusal(promise) {
  const error = await promise.then(
    () => assert.fail('nothing was thrown'),
    (error) => error,
  );
  assert.ok(error instanceof VeriquoteError, String(error?.stack));
  return error;
}

/** Counts what WebCrypto is asked, and lets `answer` replace what it says. */
async function watched(work, answer = (said) => said) {
  const { subtle } = globalThis.crypto;
  const seen = [];
  const watch = Object.create(subtle, {
    importKey: { value: (...given) => subtle.importKey(...given) },
    verify: {
      value: async (...given) => {
        const said = await subtle.verify(...given);
        seen.push(said);
        return answer(said);
      },
    },
  });
  const descriptor = Object.getOwnPropertyDescriptor(globalThis.crypto, 'subtle');
  Object.defineProperty(globalThis.crypto, 'subtle', { value: watch, configurable: true });
  try {
    return { result: await work(), seen };
  } finally {
    if (descriptor) Object.defineProperty(globalThis.crypto, 'subtle', descriptor);
    else delete globalThis.crypto.subtle;
  }
}

for (const [name, request] of [['Dcap', dcap()], ['Tpm', tpm()], ['Token', token()]]) {
  test(`verify${name}Async: says what verify${name} says`, async () => {
    const { json } = veriquote[`verify${name}`](request);
    const { result, seen } = await watched(() => veriquote[`verify${name}Async`](request));
    assert.equal(result.json, json);
    if (IS_WASM) assert.ok(seen.length > 0 && seen.every((said) => said === true), seen.join());
    assert.equal((await veriquote[`tryVerify${name}Async`](request)).json, json);
  });

  test(`verify${name}Async: WebCrypto that refuses, fails or is not there changes nothing`, async () => {
    const { json } = veriquote[`verify${name}`](request);
    const call = () => veriquote[`verify${name}Async`](request);
    const fails = () => {
      throw new DOMException('no', 'OperationError');
    };
    for (const answer of [() => false, () => undefined, () => 1, () => 'true', fails]) {
      assert.equal((await watched(call, answer)).result.json, json, String(answer));
    }
    Object.defineProperty(globalThis.crypto, 'subtle', { value: undefined, configurable: true });
    try {
      assert.equal((await call()).json, json);
    } finally {
      delete globalThis.crypto.subtle;
    }
    assert.ok(globalThis.crypto.subtle);
  });

  test(`verify${name}Async: misuse rejects`, async () => {
    assert.equal((await refusal(veriquote[`verify${name}Async`]({ ...request, more: 1 }))).code, 'misuse.options');
    assert.equal((await refusal(veriquote[`verify${name}Async`]())).field, 'request');
    assert.equal((await refusal(veriquote[`tryVerify${name}Async`]({ x: undefined }))).field, 'request.x');
  });
}

test('a signature that WebCrypto refuses is refused, and each says the same', async () => {
  for (const platform of PLATFORMS) {
    const request = dcap(platform);
    const quote = bytes(request.quote);
    quote[60] ^= 1;
    const { json, error } = veriquote.tryVerifyDcap({ ...request, quote });
    assert.equal(error.kind, 'untrusted');
    const { result, seen } = await watched(() => veriquote.tryVerifyDcapAsync({ ...request, quote }));
    assert.equal(result.json, json, platform);
    if (IS_WASM) assert.ok(seen.includes(false), seen.join());
    assert.equal((await refusal(veriquote.verifyDcapAsync({ ...request, quote }))).code, error.code);
  }
});

test('bytes that change while WebCrypto is asked are not looked at', async () => {
  const request = dcap();
  const quote = bytes(request.quote);
  const { json } = veriquote.verifyDcap(request);
  const promise = veriquote.verifyDcapAsync({ ...request, quote });
  quote.fill(0);
  assert.equal((await promise).json, json);
  const verifier = new DcapVerifier({ collateral: request.collateral, options: request.options });
  const again = bytes(request.quote);
  const prepared = verifier.verifyAsync(again, { at: request.options.at });
  again.fill(0);
  assert.equal((await prepared).json, json);
});

test('prepared collateral: both kinds of calls, in any order', async () => {
  const { quote, ...preparation } = dcap();
  const call = { at: preparation.options.at };
  const { json } = veriquote.verifyDcap({ quote, ...preparation });
  const { result: made, seen } = await watched(() => DcapVerifier.prepare(preparation));
  assert.ok(made instanceof DcapVerifier);
  if (IS_WASM) assert.ok(seen.length > 3 && seen.every((said) => said), seen.join());
  for (const verifier of [made, new DcapVerifier(preparation)]) {
    const { result } = await watched(() => Promise.all([1, 2, 3].map(() => verifier.verifyAsync(quote, call))));
    for (const { json: given } of result) assert.equal(given, json);
    assert.equal(verifier.verify(bytes(quote), call).json, json);
    assert.equal((await verifier.tryVerifyAsync(quote, call)).json, json);
    const late = { at: '2036-01-01T00:00:00Z' };
    assert.equal((await refusal(verifier.verifyAsync(quote, late))).kind, 'stale');
    const pending = verifier.verifyAsync(quote, call);
    verifier.free();
    assert.equal((await pending).json, json);
  }
});

test('a quote that was only rehearsed is no platform that is known', async () => {
  const { quote, ...preparation } = dcap();
  const call = { at: preparation.options.at };
  const verifier = new DcapVerifier(preparation);
  const forged = bytes(quote);
  forged[QE_SIGNATURE] ^= 1;
  const expected = verifier.tryVerify(forged, call).json;
  for (let turn = 0; turn < 3; turn += 1) {
    const { result } = await watched(() => verifier.tryVerifyAsync(forged, call));
    assert.equal(result.accepted, false);
    assert.equal(result.error.code, 'dcap.qe_report.signature');
    assert.equal(result.json, expected);
    assert.equal(verifier.tryVerify(forged, call).json, expected);
  }
  assert.equal((await verifier.verifyAsync(quote, call)).accepted, true);
});

/** v4: header, TD report, length, signature, key, certification type and its length, QE report. */
const QE_SIGNATURE = 48 + 584 + 4 + 64 + 64 + 2 + 4 + 384;

test('wrong preparations reject', async () => {
  const { quote: _, ...preparation } = dcap();
  assert.equal((await refusal(DcapVerifier.prepare({ ...preparation, options: {} }))).code, 'misuse.options');
  assert.equal((await refusal(DcapVerifier.prepare())).field, 'preparation');
});

test('prepared keys: both kinds of calls', async () => {
  const { token: text, ...preparation } = token();
  const { at } = preparation.options;
  const verifier = new TokenVerifier(preparation);
  const { json } = verifier.verify(text, { at });
  const { result, seen } = await watched(() => verifier.verifyAsync(text, { at }));
  assert.equal(result.json, json);
  if (IS_WASM) assert.deepEqual(seen, [true]);
  assert.equal((await verifier.tryVerifyAsync(text, { at })).json, json);
  const forged = `${text.slice(0, -8)}AAAAAAAA`;
  assert.equal((await refusal(verifier.verifyAsync(forged, { at }))).code, 'jwt.signature');
  assert.equal((await verifier.tryVerifyAsync(forged, { at })).json, verifier.tryVerify(forged, { at }).json);
  assert.equal((await refusal(verifier.verifyBundleAsync('[]', { at }))).kind, 'malformed');
  assert.equal((await verifier.tryVerifyBundleAsync('[]', { at })).json, verifier.tryVerifyBundle('[]', { at }).json);
  assert.equal((await refusal(verifier.verifyAsync(text, {}))).code, 'misuse.options');
});

test('calls by name take and give text', async () => {
  const request = JSON.stringify(dcap());
  assert.equal(await veriquote.callJsonAsync('verify_dcap', request), veriquote.callJson('verify_dcap', request));
  assert.match(await veriquote.callJsonAsync('verify_tpm', '{'), /misuse\.options/);
  for (const name of ['verifyDcap', 'inspect', 'toString', '']) {
    assert.equal((await refusal(veriquote.callJsonAsync(name, '{}'))).field, 'call');
  }
});
