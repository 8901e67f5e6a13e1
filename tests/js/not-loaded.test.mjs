// Packages for the browser, before and while they are loaded.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { token } from './evidence.mjs';

const folder = pathToFileURL(`${process.env.VERIQUOTE_FOLDER}/`);

for (const [slim, wasm] of [['slim.js', 'wasm/veriquote.wasm'], ['jwt/slim.js', 'wasm/jwt.wasm']]) {
  test(`${slim}: calls before init are refused; init loads once, whoever waits`, async () => {
    const veriquote = await import(new URL(slim, folder));
    const { TokenVerifier, VeriquoteError, init, verifyToken } = veriquote;
    const { token: text, ...preparation } = token();
    for (const call of [() => verifyToken(token()), () => new TokenVerifier(preparation)]) {
      assert.throws(call, (error) => error instanceof VeriquoteError && error.code === 'misuse.not_initialised');
    }
    const early = veriquote.verifyTokenAsync(token());
    await assert.rejects(early, (error) => error.code === 'misuse.not_initialised');
    await assert.rejects(init(), (error) => error.code === 'misuse.options');
    await assert.rejects(init(new Uint8Array([0, 1, 2])), WebAssembly.CompileError);
    const bytes = readFileSync(new URL(wasm, folder));
    await Promise.all([init(bytes), init(bytes)]);
    assert.equal(verifyToken(token()).accepted, true);
    await init(bytes);
    veriquote.initSync(bytes);
    assert.equal(new TokenVerifier(preparation).verify(text, { at: preparation.options.at }).accepted, true);
  });
}
