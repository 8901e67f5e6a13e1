// Packages for the browser, before and while they are loaded.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { dcap, token } from './evidence.mjs';

const folder = pathToFileURL(`${process.env.VERIQUOTE_FOLDER}/`);
const code = (code) => (error) => error.name === 'VeriquoteError' && error.code === code;

/** What a package verifies that has only some kinds of evidence. */
function part({ DcapVerifier, TokenVerifier, verifyDcap, verifyDcapAsync, verifyToken, verifyTokenAsync }) {
  if (verifyToken) {
    const { token: evidence, ...preparation } = token();
    return { Verifier: TokenVerifier, evidence, preparation, request: token(), verify: verifyToken, later: verifyTokenAsync };
  }
  const { quote: evidence, ...preparation } = dcap();
  return { Verifier: DcapVerifier, evidence, preparation, request: dcap(), verify: verifyDcap, later: verifyDcapAsync };
}

for (const [slim, wasm] of [['slim.js', 'wasm/veriquote.wasm'], ['dcap/slim.js', 'wasm/dcap.wasm'], ['jwt/slim.js', 'wasm/jwt.wasm']]) {
  test(`${slim}: calls before init are refused; init loads once, whoever waits`, async () => {
    const veriquote = await import(new URL(slim, folder));
    const { VeriquoteError, init, initSync } = veriquote;
    const { Verifier, evidence, preparation, request, verify, later } = part(veriquote);
    const refused = async () => {
      for (const call of [() => verify(request), () => new Verifier(preparation)]) {
        assert.throws(call, (error) => error instanceof VeriquoteError && error.code === 'misuse.not_initialised');
      }
      await assert.rejects(later(request), code('misuse.not_initialised'));
    };
    await refused();
    await assert.rejects(init(), code('misuse.options'));
    const broken = new Uint8Array([0, 1, 2]);
    await assert.rejects(init(broken), WebAssembly.CompileError);
    // As in a browser, though Node.js fetches too. Nobody listens there.
    await assert.rejects(init('http://127.0.0.1:1/veriquote.wasm'), TypeError);
    await assert.rejects(init(Promise.reject(new RangeError('no source'))), RangeError);
    assert.throws(() => initSync(broken), WebAssembly.CompileError);
    await refused();
    const both = await Promise.allSettled([init(broken), init(broken)]);
    assert.deepEqual(both.map(({ status }) => status), ['rejected', 'rejected']);
    const bytes = readFileSync(new URL(wasm, folder));
    const loading = Promise.all([init(bytes), init(bytes)]);
    // A second instance would take the first one's place, and its memory is not that of what was made before.
    assert.throws(() => initSync(bytes), code('misuse.not_initialised'));
    await refused();
    await loading;
    assert.equal(verify(request).accepted, true);
    const verifier = new Verifier(preparation);
    const call = { at: preparation.options.at };
    const { json } = verifier.verify(evidence, call);
    await init(bytes);
    await init(broken);
    initSync(bytes);
    initSync(broken);
    assert.equal(verifier.verify(evidence, call).json, json);
  });
}
