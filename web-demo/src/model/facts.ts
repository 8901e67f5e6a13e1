// Small questions to a result. Nothing is decided here: the core decided.
import type { CheckLine, CheckOutcome, CollateralClaims, Verification, TpmClaims, DcapClaims, TokenClaims, NvgpuClaims, CompositeClaims, EventClaims, RegisterClaims } from 'veriquote';
import type { Strings } from '../i18n/index.ts';
import type { Session } from './session.ts';

export type State = 'accepted' | 'rejected' | 'refused' | 'unasked';

/** How it is shown: a request that could not be made is no verdict. */
export function stateOf(result: Verification): State {
  if (result.accepted) return 'accepted';
  if (result.verified) return 'rejected';
  return isUnasked(result) ? 'unasked' : 'refused';
}

/** The request or the policy is wrong, which says nothing about the evidence. */
const isUnasked = ({ error }: Verification) => error?.kind === 'misuse' || /^(options\.)?policy\b/.test(error?.part ?? '');

export const violated = (result: Verification) => (result.appraisal?.findings ?? []).filter(({ outcome }) => outcome === 'violated');

const claimsOf = <T>(result: Verification, evidence: string) => (result.evidence === evidence ? (result.claims as T | null | undefined) ?? undefined : undefined);
export const dcapOf = (result: Verification) => claimsOf<DcapClaims>(result, 'dcap') ?? claimsOf<CompositeClaims>(result, 'composite')?.machine;
export const tpmOf = (result: Verification) => claimsOf<TpmClaims>(result, 'tpm') ?? claimsOf<CompositeClaims>(result, 'composite')?.tpm ?? undefined;
export const tokenOf = (result: Verification) => claimsOf<TokenClaims>(result, 'token');
export const devicesOf = (result: Verification) => claimsOf<NvgpuClaims>(result, 'nvgpu') ?? claimsOf<CompositeClaims>(result, 'composite')?.devices;

/** One verdict, in one sentence. */
export function sentence(result: Verification, words: Strings): string {
  const { verdict } = words;
  if (result.verified) {
    const said = what(result, words);
    if (!result.accepted) return verdict.rejected(said, violated(result).length);
    return tpmOf(result)?.quote.fresh === false ? verdict.acceptedStale(said) : verdict.accepted(said);
  }
  return verdict.kinds[isUnasked(result) ? 'misuse' : (result.error?.kind ?? 'untrusted')];
}

function what(result: Verification, { verdict }: Strings): string {
  const dcap = dcapOf(result);
  switch (result.evidence) {
    case 'composite':
      return verdict.what.composite;
    case 'tpm':
      return verdict.what.tpm;
    case 'nvgpu':
      return verdict.what.gpus(devicesOf(result)?.devices.length ?? 1);
    case 'token': {
      const issuer = tokenOf(result)?.payload.iss;
      return typeof issuer === 'string' && issuer.length < 120 ? verdict.what.by(issuer) : verdict.what.token;
    }
    default:
      return verdict.what.withTcb(dcap?.tee === 'sgx' ? verdict.what.sgx : verdict.what.tdx, verdict.tcb(dcap?.tcb.status ?? ''));
  }
}

/** The last moment of all that it rests on, where the claims say so. */
export function validUntil(result: Verification): string | undefined {
  const claims = result.claims as { valid_until?: string | null } | null | undefined;
  return claims?.valid_until ?? collateralOf(result)?.valid_until ?? tpmOf(result)?.ak.valid_until ?? undefined;
}

export const collateralOf = (result: Verification): CollateralClaims | undefined => dcapOf(result)?.collateral;

export function hasOwnRoots(session: Session): boolean {
  return session.parts.some(({ role }) => role.endsWith('roots[]'));
}

/** The worst that any check of these ids came to; `undefined` when none was made. */
export function outcomeOf(checks: readonly CheckLine[], ...ids: string[]): CheckOutcome | undefined {
  const outcomes = checks.filter(({ id }) => ids.includes(id)).map(({ outcome }) => outcome);
  const worst: readonly CheckOutcome[] = ['failed', 'skipped', 'passed'];
  return worst.find((outcome) => outcomes.includes(outcome));
}

/** Events of a log, those that are proven first of all. */
export interface Log {
  readonly events: readonly EventClaims[];
  readonly registers: readonly RegisterClaims[];
  readonly values: { readonly [bank: string]: { readonly [register: string]: string } };
  /** Registers are RTMRs, counted from 1. */
  readonly isTd: boolean;
  readonly isReplayed: boolean;
}

export function provenLog(result: Verification): Log | undefined {
  const tpm = tpmOf(result);
  if (tpm?.boot) return { events: tpm.boot.events, registers: tpm.boot.registers, values: tpm.pcrs ?? {}, isTd: false, isReplayed: true };
  const dcap = dcapOf(result);
  if (!dcap?.event_log) return undefined;
  const report = dcap.report as unknown as { readonly [name: string]: unknown };
  const values = Object.fromEntries([0, 1, 2, 3].map((number) => [String(number + 1), String(report[`rtmr${number}`])]));
  return { events: dcap.event_log.events, registers: [], values: { sha384: values }, isTd: true, isReplayed: true };
}

/** A time as the core takes it: RFC 3339, or seconds. */
export function instant(time: unknown): Date {
  return /^-?\d{1,12}$/.test(String(time)) ? new Date(Number(time) * 1000) : new Date(String(time));
}

/** `2026-01-15T00:00:00Z` as people write it. */
export function moment(time: unknown, language: string): string {
  const date = instant(time);
  if (Number.isNaN(date.getTime())) return String(time);
  return date.toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23', timeZone: 'UTC' }) + ' UTC';
}

export function day(time: string, language: string): string {
  const date = instant(time);
  return Number.isNaN(date.getTime()) ? time : date.toLocaleDateString(language, { dateStyle: 'medium', timeZone: 'UTC' });
}
