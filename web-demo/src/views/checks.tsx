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
        {grouped(lines).map((group, index) => (
          <Check key={`${filter}${index}${group[0].id}`} group={group} />
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

type Group = readonly [CheckLine, ...CheckLine[]];

/** One rule that was applied to many things in turn, with one outcome, is one line. */
function grouped(lines: readonly CheckLine[]): Group[] {
  const groups: [CheckLine, ...CheckLine[]][] = [];
  for (const line of lines) {
    const last = groups.at(-1);
    if (last?.[0].id === line.id && last[0].outcome === line.outcome) last.push(line);
    else groups.push([line]);
  }
  return groups;
}

function Check({ group }: { group: Group }) {
  const { checks: words } = useWords();
  const [check] = group;
  return (
    <li class={`check ${check.outcome}`}>
      <details open={check.outcome === 'failed'}>
        <summary>
          <span class="dot" aria-hidden="true" />
          <span class="check-title" lang="en">{check.title}{group.length > 1 && <span class="quiet"> × {group.length}</span>}</span>
          <span class="check-outcome">{words.outcomes[check.outcome] ?? check.outcome}</span>
        </summary>
        <div class="check-body">
          {group.map(({ reason, facts, outcome }) => (
            <>
              {reason && <p lang="en">{reason}</p>}
              <Facts facts={facts} isLoud={outcome === 'failed'} />
            </>
          ))}
          <p class="spec">
            <span>{words.spec}</span> <cite lang="en">{check.spec}</cite> <code>{check.id}</code>
          </p>
        </div>
      </details>
    </li>
  );
}
