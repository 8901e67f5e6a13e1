import { useWords } from '../i18n/index.ts';
import { inspect } from '../model/core.ts';
import { differences } from '../model/differences.ts';
import { sentence, stateOf } from '../model/facts.ts';
import { Seal, Scroll, Section, Value } from './parts.tsx';
import type { Shown } from './result.tsx';

interface Props {
  readonly first: Shown | undefined;
  readonly second: Shown | undefined;
  readonly onForget: () => void;
}

/** What differs between the evidence that was kept and the one at hand. */
export function Compare({ first, second, onForget }: Props) {
  const { compare: words } = useWords();
  return (
    <Section id="compare" head={words.head} aside={first && <button type="button" onClick={onForget}>{words.drop}</button>}>
      <p class="quiet">{words.lead}</p>
      {!first && <p class="next-step">{words.missingFirst}</p>}
      {first && !second && <p class="next-step">{words.missingSecond}</p>}
      {first && (
        <div class="pair">
          <Short label={words.first} shown={first} />
          {second && <Short label={words.second} shown={second} />}
        </div>
      )}
      {first && second && <Differences first={first} second={second} />}
    </Section>
  );
}

function Short({ label, shown }: { label: string; shown: Shown }) {
  const words = useWords();
  const state = stateOf(shown.run.result);
  return (
    <div class={`short ${state}`}>
      <Seal state={state} />
      <p><span class="quiet">{label}{shown.session.sample ? `: ${words.samples.names[shown.session.sample] ?? shown.session.sample}` : ''}</span><br />{sentence(shown.run.result, words)}</p>
    </div>
  );
}

function Differences({ first, second }: { first: Shown; second: Shown }) {
  const { compare: words } = useWords();
  const { different, equal } = differences(said(first), said(second));
  return (
    <>
      <p><strong>{different.length === 0 ? words.none : words.count(different.length)}</strong> <span class="quiet">{words.same}: {equal}</span></p>
      {!(first.run.result.claims && second.run.result.claims) && <p class="caution">{words.unverifiedNote}</p>}
      {different.length > 0 && (
        <Scroll label={words.count(different.length)}>
          <table class="differences">
            <thead>
              <tr><th scope="col">{words.claim}</th><th scope="col">{words.first}</th><th scope="col">{words.second}</th></tr>
            </thead>
            <tbody>
              {different.slice(0, 500).map(({ path, first: one, second: other }) => (
                <tr>
                  <th scope="row"><code>{path}</code></th>
                  <td>{one === undefined ? <span class="quiet">{words.absent}</span> : <Value value={one} />}</td>
                  <td>{other === undefined ? <span class="quiet">{words.absent}</span> : <Value value={other} />}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </>
  );
}

/** Its claims; where it is not authentic, what the evidence says unverified. */
function said({ run, session }: Shown): unknown {
  if (run.result.claims) return run.result.claims;
  const part = session.parts[0];
  return part ? inspect(part.value) : undefined;
}
