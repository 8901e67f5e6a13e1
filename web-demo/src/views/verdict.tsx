import { useWords, useTag } from '../i18n/index.ts';
import { hasOwnRoots, moment, sentence, stateOf, validUntil } from '../model/facts.ts';
import { optionsOf, partOf } from '../model/session.ts';
import { Facts, Seal } from './parts.tsx';
import type { Shown } from './result.tsx';

/** The verdict in one sentence, then what limits it. */
export function Verdict({ run, session }: Shown) {
  const words = useWords();
  const tag = useTag();
  const { result } = run;
  const state = stateOf(result);
  const until = result.verified ? validUntil(result) : undefined;
  const notes = [
    `${words.verdict.at} ${moment(optionsOf(session).at, tag)}`,
    until && `${words.verdict.until} ${moment(until, tag)}`,
    result.verified && words.checks.summary(result.checks.filter(({ outcome }) => outcome === 'passed').length, result.checks.filter(({ outcome }) => outcome !== 'skipped').length),
    words.verdict.took(run.milliseconds.toFixed(run.milliseconds < 10 ? 1 : 0)),
  ].filter(Boolean);
  const cautions = [
    hasOwnRoots(session) && words.verdict.ownRoots,
    result.verified && partOf(session, 'jwks') && words.verdict.ownKeys,
  ].filter(Boolean);
  return (
    <section id="verdict" class={`verdict ${state}`} aria-label={words.verdict.label} data-state={state} data-code={result.error?.code ?? ''} tabIndex={-1}>
      <Seal state={state} />
      <div class="verdict-body">
        <p class="sentence" role="status">{sentence(result, words)}</p>
        {cautions.map((caution) => (
          <p class="caution">{caution}</p>
        ))}
        <p class="notes">
          {notes.map((note) => (
            <span>{note}</span>
          ))}
        </p>
        {result.error && !result.verified && <Problem result={result} />}
      </div>
    </section>
  );
}

function Problem({ result }: Pick<Shown['run'], 'result'>) {
  const { verdict } = useWords();
  const error = result.error;
  if (!error) return null;
  return (
    <div class="problem">
      <p class="message" lang="en">{capital(error.message)}.</p>
      <Facts facts={error.facts} isLoud />
      <p class="where">
        <code>{error.code}</code>
        {error.part && <span>{verdict.part} <code>{error.part}</code></span>}
        {error.offset !== null && error.offset !== undefined && <span>{verdict.offset} {error.offset}</span>}
      </p>
      <p class="help" lang="en"><strong>{verdict.help}:</strong> {error.help}</p>
    </div>
  );
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
