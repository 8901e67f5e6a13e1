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
export const token = () => structuredClone(read('jwt/valid.json').token_cases[0].request);

export const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
