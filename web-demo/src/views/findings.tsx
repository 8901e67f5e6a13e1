import type { Finding, Verification } from 'veriquote';
import { useWords } from '../i18n/index.ts';
import { Facts, Section } from './parts.tsx';

const ORDER = ['violated', 'satisfied'];

/** What the policy made of authentic evidence: what is not met first. */
export function Findings({ result }: { result: Verification }) {
  const { policy } = useWords();
  const findings = result.appraisal?.findings ?? [];
  const judged = ORDER.flatMap((outcome) => findings.filter((finding) => finding.outcome === outcome));
  const rest = findings.filter(({ outcome }) => !ORDER.includes(outcome));
  return (
    <Section id="findings" head={policy.findings} aside={<code class="name">{result.appraisal?.policy}</code>}>
      <List findings={judged} />
      {rest.length > 0 && (
        <details class="more">
          <summary>{policy.outcomes.not_checked} <span class="quiet">{rest.length}</span></summary>
          <List findings={rest} />
        </details>
      )}
    </Section>
  );
}

function List({ findings }: { findings: readonly Finding[] }) {
  const { policy } = useWords();
  return (
    <ul class="findings">
      {findings.map(({ rule, outcome, facts }) => (
        <li class={`finding ${outcome}`}>
          <code class="rule">{rule}</code>
          <span class="outcome">{policy.outcomes[outcome] ?? outcome}</span>
          <Facts facts={facts} isLoud={outcome === 'violated'} />
        </li>
      ))}
    </ul>
  );
}
