// Who vouches for whom, as a tree: from inspected files, with what came of the checks.
import type { CertificateView, CheckLine, CrlView, Inspection } from 'veriquote';
import type { Strings } from '../i18n/index.ts';
import { inspect, type Run } from './core.ts';
import { devicesOf, outcomeOf, tokenOf, tpmOf } from './facts.ts';
import type { Session } from './session.ts';

export interface Link {
  readonly id: string;
  /** Who vouches; absent for a root. */
  readonly by?: string;
  readonly title: string;
  readonly lines: readonly string[];
  readonly from?: string;
  readonly until?: string;
  /** `passed`, `failed`, `skipped`, or not reached. */
  readonly outcome?: string | undefined;
  readonly isRoot?: boolean;
  /** Its revocation list. */
  readonly list?: CrlView;
}

export function chainOf({ result }: Run, session: Session, words: Strings): Link[] {
  const known = new Map<string, Inspection>();
  for (const { role, value } of session.parts) {
    const inspection = inspect(value);
    if (typeof inspection !== 'string' && !known.has(role)) known.set(role, inspection);
  }
  const maker = new Maker(result.checks, words);
  switch (session.call) {
    case 'verify_dcap':
      return maker.platform(known.get('quote'), known.get('options.pck_chain'), known.get('collateral[]'));
    case 'verify_tpm':
      return maker.tpm(known.get('options.ak_chain'), known, tpmOf(result)?.ak.kind);
    case 'verify_nvgpu':
      return maker.devices(known.get('evidence'), known.get('rims[]'), devicesOf(result)?.devices.length);
    case 'verify_token':
      return maker.token(known.get('token'), tokenOf(result)?.key.kid ?? undefined);
    case 'verify_composite':
      return maker.composite(known);
    default:
      return [];
  }
}

class Maker {
  constructor(
    private readonly checks: readonly CheckLine[],
    private readonly words: Strings,
  ) {}

  private outcome(...ids: string[]): string | undefined {
    return outcomeOf(this.checks, ...ids);
  }

  /** Certificates from the root down; `steps` are the checks of each below the root. */
  private certificates(prefix: string, given: readonly CertificateView[], steps: readonly string[][], lists: readonly (CrlView | undefined)[] = []): Link[] {
    const chain = rootFirst(given);
    return chain.map((certificate, index): Link => {
      const isRoot = index === 0 && certificate.subject === certificate.issuer;
      const ids = steps[Math.min(index - (isRoot ? 1 : 0), steps.length - 1)] ?? [];
      const list = lists[index];
      return {
        id: `${prefix}${index}`,
        ...(index > 0 ? { by: `${prefix}${index - 1}` } : {}),
        title: certificate.subject ?? certificate.serial,
        lines: [],
        from: certificate.not_before,
        until: certificate.not_after,
        outcome: isRoot ? this.outcome(...(steps[0] ?? [])) : this.outcome(...ids),
        isRoot,
        ...(list ? { list } : {}),
      };
    });
  }

  platform(quote: Inspection | undefined, chain: Inspection | undefined, collateral: Inspection | undefined): Link[] {
    if (quote?.kind !== 'quote') return [];
    const { nodes } = this.words.chain;
    const file = collateral?.kind === 'collateral' ? collateral : undefined;
    const given = [
      quote.certificates,
      chain?.kind === 'certificates' ? chain.certificates : [],
      file?.pck_certificate_chain ?? [],
    ].find((certificates) => certificates.length > 0) ?? [];
    const links = this.certificates(
      'c', given,
      [['dcap.pck_crl.issuer_chain', 'dcap.pck_crl.issuer_revocation'], ['dcap.pck.chain', 'dcap.pck.revocation']],
      [file?.root_ca_crl, file?.pck_crl],
    );
    const [root, last] = [links[0]?.id, links.at(-1)?.id];
    links.push({
      id: 'qe', ...(last ? { by: last } : {}), title: nodes.qe,
      lines: [`isv svn ${quote.qe_report.isv_svn}`, short(quote.qe_report.mr_enclave)],
      outcome: this.outcome('dcap.qe_report.signature', 'dcap.qe_identity.match'),
    });
    const report = quote.report as { mr_td?: string; mr_enclave?: string };
    links.push({
      id: 'quote', by: 'qe', title: `${nodes.quote}: ${quote.tee.toUpperCase()} v${quote.version}`,
      lines: [short(report.mr_td ?? report.mr_enclave ?? '')],
      outcome: this.outcome('dcap.qe_report.report_data', 'dcap.quote.signature'),
    });
    if (!file) return links;
    const signer = rootFirst(file.tcb_info.issuer_chain ?? []).at(-1);
    if (!signer) return links;
    links.push({
      id: 'signer', ...(root ? { by: root } : {}), title: signer.subject ?? signer.serial, lines: [],
      from: signer.not_before, until: signer.not_after,
      outcome: this.outcome('dcap.tcb_info.issuer_chain'),
    });
    for (const [id, title, document, part] of [
      ['tcb', nodes.tcbInfo, file.tcb_info, 'dcap.tcb_info'],
      ['identity', nodes.qeIdentity, file.qe_identity, 'dcap.qe_identity'],
    ] as const) {
      const { issueDate, nextUpdate, tcbEvaluationDataNumber: number } = document.members;
      links.push({
        id, by: 'signer', title, lines: number === undefined ? [] : [`evaluation ${String(number)}`],
        from: String(issueDate), until: String(nextUpdate),
        outcome: this.outcome(`${part}.signature`, `${part}.layout`, `${part}.window`),
      });
    }
    return links;
  }

  tpm(chain: Inspection | undefined, known: Map<string, Inspection>, kind = '', prefix = ''): Link[] {
    const { nodes } = this.words.chain;
    const links = chain?.kind === 'certificates' ? this.certificates('k', chain.certificates, [['tpm.ak.trust']]) : [];
    const quote = known.get(`${prefix}quote`);
    const last = links.at(-1)?.id;
    const key = known.get(`${prefix}ak`);
    links.push({
      id: 'ak', ...(last ? { by: last } : {}), title: nodes.ak, isRoot: !last,
      lines: [key?.kind === 'tpm_public' ? key.key : kind],
      outcome: this.outcome('tpm.ak.trust', 'tpm.ak.key'),
    });
    const clock = quote?.kind === 'tpm_attest' ? quote : undefined;
    links.push({ id: 'quote', by: 'ak', title: nodes.quote, lines: clock ? [`reset ${clock.clock.reset_count}`, short(clock.pcr_digest ?? '')] : [], outcome: this.outcome('tpm.quote.signature', 'tpm.nonce') });
    links.push({ id: 'pcrs', by: 'quote', title: nodes.pcrs, lines: clock ? Object.entries(clock.selection).map(([bank, list]) => `${bank} × ${list.length}`) : [], outcome: this.outcome('tpm.pcr.values', 'tpm.pcr.digest') });
    const log = known.get(`${prefix}event_log`);
    if (log?.kind === 'event_log') links.push({ id: 'log', by: 'pcrs', title: nodes.log, lines: [`× ${log.events.length}`], outcome: this.replayed() });
    const ima = known.get(`${prefix}ima_log`);
    if (ima?.kind === 'ima_list') links.push({ id: 'ima', by: 'pcrs', title: nodes.ima, lines: [`× ${ima.entries}`], outcome: this.outcome('ima.template_hash', 'ima.replay') });
    return links;
  }

  /** Registers that others extend need no log; one that diverges breaks it. */
  private replayed(): string | undefined {
    const outcomes = this.checks.filter(({ id }) => id === 'eventlog.pcr').map(({ outcome }) => outcome);
    if (outcomes.includes('failed')) return 'failed';
    return outcomes.includes('passed') ? (this.outcome('boot.sound') ?? 'passed') : undefined;
  }

  /** Every device; what vouches for several of them stands once. */
  devices(evidence: Inspection | undefined, rim: Inspection | undefined, proven = 0): Link[] {
    if (evidence?.kind !== 'nvidia_devices') return [];
    const { nodes } = this.words.chain;
    const links = new Map<string, Link>();
    const count = Math.max(evidence.devices.length, proven);
    evidence.devices.forEach((device, index) => {
      const checks = this.checks.filter(({ facts }) => (facts.device ?? index) === index);
      let by = '';
      for (const certificate of rootFirst(device.certificates)) {
        const isRoot = !by && certificate.subject === certificate.issuer;
        const id = `${by}/${certificate.serial} ${certificate.subject ?? ''}`;
        const outcome = outcomeOf(checks, 'nvidia.chain');
        const known = links.get(id);
        // What vouches for several holds when it does for one.
        links.set(id, known?.outcome === 'passed' ? known : {
          id, ...(by ? { by } : {}), title: certificate.subject ?? certificate.serial, lines: [],
          from: certificate.not_before, until: certificate.not_after, outcome, isRoot,
        });
        by = id;
      }
      const id = `report${index}`;
      links.set(id, {
        id, ...(by ? { by } : {}), title: count > 1 ? `${nodes.report} ${index + 1}/${count}` : nodes.report,
        lines: [`${device.architecture ?? ''} × ${device.measurements}`.trim()],
        outcome: outcomeOf(checks, 'nvidia.report.signature', 'nvidia.nonce'),
      });
    });
    if (rim?.kind === 'nvidia_rim' && links.has('report0')) {
      const signer = rootFirst(rim.certificates).at(-1);
      links.set('rim', {
        id: 'rim', by: 'report0', title: `${nodes.rim}: ${rim.rim}`, lines: [rim.version],
        ...(signer ? { from: signer.not_before, until: signer.not_after } : {}),
        outcome: this.outcome('nvidia.rim.signature', 'nvidia.rim.chain', 'nvidia.rim.match', 'nvidia.measurements'),
      });
    }
    return [...links.values()];
  }

  token(token: Inspection | undefined, kid: string | undefined): Link[] {
    if (token?.kind !== 'token') return [];
    const { nodes } = this.words.chain;
    const { iss, exp, iat } = token.payload;
    const date = (seconds: unknown) => (typeof seconds === 'number' && Math.abs(seconds) < 8e12 ? new Date(seconds * 1000).toISOString() : undefined);
    const [from, until] = [date(iat), date(exp)];
    return [
      { id: 'key', title: nodes.key, isRoot: true, lines: [String(token.header.alg ?? ''), String(kid ?? token.header.kid ?? '')], outcome: this.outcome('jwt.key') },
      {
        id: 'token', by: 'key', title: nodes.token, lines: typeof iss === 'string' ? [iss] : [], outcome: this.outcome('jwt.signature'),
        ...(from ? { from } : {}), ...(until ? { until } : {}),
      },
    ];
  }

  composite(known: Map<string, Inspection>): Link[] {
    const evidence = known.get('evidence');
    const machine = this.platform(known.get('machine.quote'), known.get('machine.pck_chain'), known.get('machine.collateral'));
    const links = machine.map((link) => ({ ...link, id: `m-${link.id}`, ...(link.by ? { by: `m-${link.by}` } : {}) }));
    const { nodes } = this.words.chain;
    const bond = links.some(({ id }) => id === 'm-quote');
    if (bond) links.push({ id: 'bond', by: 'm-quote', title: nodes.bond, lines: [], outcome: this.outcome('composite.report_data', 'composite.mode') });
    const devices = this.devices(evidence, known.get('devices.rims[]'));
    const tpm = known.has('tpm.quote') ? this.tpm(undefined, known, '', 'tpm.').map((link) => ({ ...link, id: `t-${link.id}`, ...(link.by ? { by: `t-${link.by}` } : {}) })) : [];
    return [...links, ...devices, ...tpm];
  }
}

/** Files hold chains in either order. */
function rootFirst(certificates: readonly CertificateView[]): CertificateView[] {
  const isSelfSigned = ({ subject, issuer }: CertificateView) => subject === issuer;
  const [first] = certificates;
  return first && isSelfSigned(first) ? [...certificates] : [...certificates].reverse();
}

const short = (hex: string) => (hex.length > 16 ? `${hex.slice(0, 8)}…${hex.slice(-8)}` : hex);
