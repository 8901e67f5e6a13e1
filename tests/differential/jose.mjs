// The verdicts of npm's jose: see ../conformance/tests/differential.rs.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const require = createRequire(`${process.env.JOSE_FOLDER}/package.json`);
const { importJWK, jwtVerify } = await import(pathToFileURL(require.resolve('jose')).href);

let setup;
let key;
const answers = [];
for await (const line of createInterface({ input: process.stdin })) {
  if (!setup) {
    setup = JSON.parse(line);
    key = await importJWK(setup.jwk, 'ES256');
    continue;
  }
  try {
    await jwtVerify(JSON.parse(line), key, {
      algorithms: ['ES256'],
      issuer: setup.issuer,
      audience: setup.audience,
      requiredClaims: ['exp'],
    });
    answers.push('1');
  } catch {
    answers.push('0');
  }
}
process.stdout.write(`${answers.join('\n')}\n`);
