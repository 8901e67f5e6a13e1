// jose's remote key set and openid-client's discovery, as relying parties of the issuer.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import * as oidc from "openid-client";

const url = process.env.VERIQUOTE_URL;
// The service's clock stands at the forged platform's time.
const currentDate = new Date(new Date(process.env.VERIQUOTE_TIME).getTime() + 60_000);

const quote = await readFile(`${process.env.VERIQUOTE_PLATFORM}/quote.bin`);
const document = JSON.stringify({ quote: quote.toString("base64") });
const evidence = Buffer.from(document).toString("base64url");
const answer = await fetch(`${url}/v1/attestation`, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ tee: "tdx", evidence }),
});
assert.equal(answer.status, 200);
const token = await answer.text();

test("jose verifies a token by the keys that discovery names", async () => {
  const configuration = await oidc.discovery(new URL(url), "relying-party", undefined, undefined, {
    execute: [oidc.allowInsecureRequests],
  });
  const metadata = configuration.serverMetadata();
  assert.equal(metadata.issuer, url);
  assert.ok(metadata.id_token_signing_alg_values_supported.includes("RS256"));
  const keys = createRemoteJWKSet(new URL(metadata.jwks_uri));
  const expected = { issuer: url, audience: url, algorithms: ["RS256"], currentDate };
  const { payload, protectedHeader } = await jwtVerify(token, keys, expected);
  assert.equal(payload.tee, "tdx");
  assert.match(payload.sub, /^att1:tdx:strict:[0-9a-f]{32}$/);
  assert.equal(protectedHeader.typ, "JWT");
  const refused = async (change, error) => {
    await assert.rejects(jwtVerify(token, keys, { ...expected, ...change }), error);
  };
  await refused({ audience: "https://other.example" }, errors.JWTClaimValidationFailed);
  await refused({ issuer: `${url}/` }, errors.JWTClaimValidationFailed);
  await refused({ algorithms: ["ES256"] }, errors.JOSEAlgNotAllowed);
  await refused({ currentDate: undefined }, errors.JWTExpired);
});

test("openid-client refuses the document of another issuer", async () => {
  const other = new URL(url.replace("127.0.0.1", "localhost"));
  const found = oidc.discovery(other, "relying-party", undefined, undefined, { execute: [oidc.allowInsecureRequests] });
  await assert.rejects(found);
});

test("browsers of every origin may read keys and discovery", async () => {
  for (const path of ["/jwks.json", "/.well-known/openid-configuration"]) {
    const read = await fetch(url + path, { headers: { Origin: "https://rp.example" } });
    assert.equal(read.headers.get("access-control-allow-origin"), "*");
    const tag = read.headers.get("etag");
    const again = await fetch(url + path, { headers: { "If-None-Match": tag } });
    assert.equal(again.status, 304);
  }
});
