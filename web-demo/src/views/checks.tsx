import { useState } from 'preact/hooks';
import type { CheckLine, Verification } from 'veriquote';
import { useWords } from '../i18n/index.ts';
import { Facts, Section } from './parts.tsx';

const FILTERS = ['all', 'failed', 'skipped'] as const;

/** Every check in its order, as a line of time. */
export function Checks({ result }: { result: Verification }) {
  const { checks: words } = useWords();
  const [filter, setFilter] = useState<(typeof FILTERS)[number]>('all');
  const lines = result.checks.filter(({ outcome }) => filter === 'all' || outcome === filter);
  const count = (outcome: string) => result.checks.filter((check) => check.outcome === outcome).length;
  if (result.checks.length === 0) return null;
  const filters = (
    <div class="filters" role="group" aria-label={words.head}>
      {FILTERS.filter((name) => name === 'all' || count(name) > 0).map((name) => (
        <button type="button" aria-pressed={filter === name} onClick={() => setFilter(name)}>
          {name === 'all' ? words.all : `${words.outcomes[name]} ${count(name)}`}
        </button>
      ))}
    </div>
  );
  return (
    <Section id="checks" head={words.head} aside={filters}>
      <ol class="timeline">
        {lines.map((check, index) => (
          <Check key={`${filter}${index}${check.id}`} check={check} />
        ))}
      </ol>
      {result.not_checked.length > 0 && (
        <details class="more">
          <summary>{words.notChecked} <span class="quiet">{result.not_checked.length}</span></summary>
          <ul class="not-checked" lang="en">
            {result.not_checked.map(({ what, why }) => (
              <li>
                <code>{what}</code> <span>{why}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </Section>
  );
}

function Check({ check }: { check: CheckLine }) {
  const { checks: words } = useWords();
  return (
    <li class={`check ${check.outcome}`}>
      <details open={check.outcome === 'failed'}>
        <summary>
          <span class="dot" aria-hidden="true" />
          <span class="check-title" lang="en">{check.title}</span>
          <span class="check-outcome">{words.outcomes[check.outcome] ?? check.outcome}</span>
        </summary>
        <div class="check-body">
          {check.reason && <p lang="en">{check.reason}</p>}
          <Facts facts={check.facts} isLoud={check.outcome === 'failed'} />
          <p class="spec">
            <span>{words.spec}</span> <cite lang="en">{check.spec}</cite> <code>{check.id}</code>
          </p>
        </div>
      </details>
    </li>
  );
}
