// Who is measured; each must accept what it is given before it is timed.

/** A quote with its collateral: the peers first. */
export function quotes({ wasm, native, web, js }, { quote, collateral, at }) {
  const seconds = Date.parse(at) / 1000;
  const buffer = globalThis.Buffer.from(quote);
  const ours = (name, { DcapVerifier, verifyDcap, verifyDcapAsync }) => {
    const request = { quote, collateral: [collateral], options: { at } };
    const verifier = new DcapVerifier({ collateral: [collateral], options: { at } });
    return [
      { name: `${name}, cold`, run: () => verifyDcap(request) },
      { name: `${name}, cold, asynchronous`, run: () => verifyDcapAsync(request) },
      { name: `${name}, prepared`, run: () => verifier.verify(quote, { at }) },
      { name: `${name}, prepared, asynchronous`, run: () => verifier.verifyAsync(quote, { at }) },
    ];
  };
  const list = [
    { name: '`@phala/dcap-qvl-web` (wasm)', run: () => web.js_verify(quote, collateral, BigInt(seconds)) },
    { name: '`@phala/dcap-qvl` (JavaScript)', run: () => js.verify(buffer, collateral, seconds) },
    ...ours('`veriquote`', wasm),
    ...(native ? ours('`veriquote-node`', native) : []),
  ];
  for (const { name, run } of list.slice(0, 2)) if (run().status !== 'UpToDate') throw new Error(name);
  return list;
}

/** A token with its key set. */
export async function tokens({ wasm, native, jose, jsonwebtoken }, { jwt }) {
  const { token, jwks, options } = jwt;
  const { at, expect } = options;
  const currentDate = new Date(at * 1000);
  const expected = { issuer: expect.issuer.is, audience: expect.audience.is, algorithms: ['ES256'] };
  const set = jose.createLocalJWKSet(jwks);
  const list = [{ name: '`jose`', run: () => jose.jwtVerify(token, set, { ...expected, currentDate }) }];
  if (jsonwebtoken) {
    const { createPublicKey } = process.getBuiltinModule('node:crypto');
    const key = createPublicKey({ key: jwks.keys[0], format: 'jwk' });
    list.push({ name: '`jsonwebtoken`', run: () => jsonwebtoken.verify(token, key, { ...expected, clockTimestamp: at }) });
  }
  const ours = (name, { TokenVerifier }) => {
    const verifier = new TokenVerifier({ jwks, options });
    list.push({ name: `${name}, prepared`, run: () => verifier.verify(token, { at }) });
    list.push({ name: `${name}, prepared, asynchronous`, run: () => verifier.verifyAsync(token, { at }) });
  };
  ours('`veriquote`', wasm);
  if (native) ours('`veriquote-node`', native);
  return list;
}

/** One GPU with two manifests, every signature of them checked. No peer does this in a browser. */
export function devices({ wasm, native }, { gpu }) {
  const ours = (name, { verifyNvgpu }) => ({ name, run: () => verifyNvgpu(gpu) });
  const list = [ours('`veriquote`', wasm), ...(native ? [ours('`veriquote-node`', native)] : [])];
  for (const { name, run } of list) if (!run().accepted) throw new Error(name);
  return list;
}

/** What checking signatures by WebCrypto would gain: the bare signature there, the whole token here. */
export async function signatures({ wasm }, { jwt }) {
  const { token, jwks, options } = jwt;
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const [jwk] = jwks.keys;
  const bare = { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y };
  const key = await crypto.subtle.importKey('jwk', bare, algorithm, false, ['verify']);
  const cut = token.lastIndexOf('.');
  const data = new TextEncoder().encode(token.slice(0, cut));
  const base64 = token.slice(cut + 1).replaceAll('-', '+').replaceAll('_', '/');
  const signature = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  if (!(await crypto.subtle.verify(algorithm, key, signature, data))) throw new Error('WebCrypto refuses');
  const verifier = new wasm.TokenVerifier({ jwks, options });
  return [
    { name: 'WebCrypto, key imported before', run: () => crypto.subtle.verify(algorithm, key, signature, data) },
    {
      name: 'WebCrypto, key imported each time',
      run: async () => crypto.subtle.verify(algorithm, await crypto.subtle.importKey('jwk', bare, algorithm, false, ['verify']), signature, data),
    },
    { name: '`veriquote`: a whole token', run: () => verifier.verify(token, { at: options.at }) },
  ];
}
