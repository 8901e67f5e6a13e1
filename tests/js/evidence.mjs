// Valid evidence of tests/vectors, as requests.
import { readFileSync } from 'node:fs';

const read = (path) => JSON.parse(readFileSync(new URL(`../vectors/${path}`, import.meta.url), 'utf8'));

export const PLATFORMS = Object.keys(read('dcap/platforms.json').platforms);

/** A request for a valid quote: all new objects, for the caller to spoil. */
export function dcap(platform = 'tdx4') {
  const base = structuredClone(read('dcap/platforms.json').platforms[platform]);
  return { ...base, collateral: [base.collateral] };
}

/** A request for a valid TPM quote. */
export const tpm = (machine = 'p256') => structuredClone(read('tpm/machines.json').machines[machine]);

/** A request for a valid token. */
/** Two keys of the case of a pinned endorsement key, and a secret for them. */
export function challenge() {
  const { ek } = read('tpm/enrol.json').cases.find(({ id }) => id === 'enrol/pinned-ek').request.ak_evidence.activated;
  const { ak, options } = tpm();
  return { ek, ak, at: options.at, secret: '5a'.repeat(32), entropy: '0f'.repeat(128) };
}

export const token = () => structuredClone(read('jwt/valid.json').token_cases[0].request);

export const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
