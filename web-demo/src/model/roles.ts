// Which members a request has, and which of them a file of a known kind fills. Kinds are the core's.
import type { Inspection } from 'veriquote';

export type Call = 'verify_dcap' | 'verify_tpm' | 'verify_nvgpu' | 'verify_composite' | 'verify_token';
export type Kind = Inspection['kind'];

const DEVICES = ['rims[]', 'crls[]', 'ocsp[]', 'roots[]', 'rim_roots[]'];

/** Members that hold files, the evidence first. */
export const ROLES: Record<Call, readonly string[]> = {
  verify_dcap: ['quote', 'collateral[]', 'event_log', 'options.pck_chain', 'options.roots[]', 'options.evaluation_numbers', 'options.policy'],
  verify_tpm: ['quote', 'signature', 'ak', 'pcrs', 'event_log', 'ima_log', 'options.ak_chain', 'options.roots[]', 'options.crls[]', 'options.policy'],
  verify_nvgpu: ['evidence', ...DEVICES.map((role) => (role === 'rims[]' ? role : `options.${role}`)), 'options.policy'],
  verify_composite: [
    'evidence', 'machine.quote', 'machine.collateral', 'machine.pck_chain', 'machine.roots[]', 'machine.event_log',
    ...DEVICES.map((role) => `devices.${role}`),
    'tpm.quote', 'tpm.signature', 'tpm.ak', 'tpm.pcrs', 'tpm.event_log', 'tpm.ima_log', 'options.policy',
  ],
  verify_token: ['token', 'bundle', 'jwks', 'options.roots[]'],
};

/** What makes a request of its kind. */
const PRINCIPALS: Partial<Record<Kind, { call: Call; role: string }>> = {
  quote: { call: 'verify_dcap', role: 'quote' },
  tpm_attest: { call: 'verify_tpm', role: 'quote' },
  nvidia_devices: { call: 'verify_nvgpu', role: 'evidence' },
  token: { call: 'verify_token', role: 'token' },
  token_bundle: { call: 'verify_token', role: 'bundle' },
};

/** What goes with it. Certificates and lists are never trusted unasked: see `placed`. */
const SUPPORTING: Record<Call, Partial<Record<Kind, string>>> = {
  verify_dcap: { collateral: 'collateral[]', event_log: 'event_log', evaluation_numbers: 'options.evaluation_numbers', policy: 'options.policy' },
  verify_tpm: {
    tpm_signature: 'signature', tpm_public: 'ak', tpm_pcrs: 'pcrs', event_log: 'event_log', ima_list: 'ima_log',
    crl: 'options.crls[]', policy: 'options.policy',
  },
  verify_nvgpu: { nvidia_rim: 'rims[]', crl: 'options.crls[]', policy: 'options.policy' },
  verify_composite: {
    quote: 'machine.quote', collateral: 'machine.collateral', nvidia_rim: 'devices.rims[]',
    crl: 'devices.crls[]', event_log: 'tpm.event_log', ima_list: 'tpm.ima_log', tpm_public: 'tpm.ak',
    tpm_signature: 'tpm.signature', tpm_pcrs: 'tpm.pcrs', policy: 'options.policy',
  },
  verify_token: { jwks: 'jwks' },
};

export const principal = (inspection: Inspection) => PRINCIPALS[inspection.kind];

export const supporting = (call: Call, kind: Kind) => SUPPORTING[call][kind];

/** The name of a member without the path. */
export const shortRole = (role: string) => role.replace('[]', '').replace('options.', '');
