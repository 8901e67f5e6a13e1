import { useEffect, useState } from 'preact/hooks';
import { useWords } from '../i18n/index.ts';
import { stateOf } from '../model/facts.ts';
import { learn } from '../model/core.ts';
import { assemble, optionsOf, partOf, withOption, withPart, without, type Session } from '../model/session.ts';
import { Section } from './parts.tsx';
import type { Shown } from './result.tsx';

const ROLE = 'options.policy';
const TOLERANT = { name: 'tolerant', tcb: { accept: ['UpToDate', 'SWHardeningNeeded', 'ConfigurationNeeded', 'ConfigurationAndSWHardeningNeeded', 'OutOfDate', 'OutOfDateConfigurationNeeded'] } };

/** A policy document that is judged with every keystroke. */
export function PolicyEditor({ run, session, onChange }: Shown & { onChange: (session: Session) => void }) {
  const { policy: words } = useWords();
  const given = partOf(session, ROLE)?.value;
  const shown = typeof given === 'string' ? given : given ? JSON.stringify(given, null, 2) : '';
  const [text, setText] = useState(shown);
  useEffect(() => {
    if (shown.trim() !== text.trim()) setText(shown);
  }, [shown]);
  if (session.call === 'verify_token') return <Section id="policy" head={words.head}><p class="quiet">{words.noToken}</p></Section>;

  const apply = (next: string) => {
    setText(next);
    const part = partOf(session, ROLE);
    const bare = withOption(session, 'crypto_only', undefined);
    onChange(next.trim() ? withPart(bare, ROLE, words.head, next) : part ? without(bare, part) : bare);
  };
  const cryptoOnly = () => {
    setText('');
    const part = partOf(session, ROLE);
    onChange(withOption(part ? without(session, part) : session, 'crypto_only', true));
  };
  const learned = () => {
    const document = learn(assemble(session));
    if (typeof document === 'object') apply(JSON.stringify(document, null, 2));
  };
  const refused = (stateOf(run.result) === 'unasked' && run.result.error) || undefined;
  return (
    <Section id="policy" head={words.edit}>
      <p class="quiet">{words.note}</p>
      <div class="presets" role="group" aria-label={words.presets}>
        <span>{words.presets}</span>
        <button type="button" aria-pressed={!text && optionsOf(session).crypto_only !== true} onClick={() => apply('')}>{words.strict}</button>
        <button type="button" aria-pressed={optionsOf(session).crypto_only === true} onClick={cryptoOnly}>{words.cryptoOnly}</button>
        {session.call === 'verify_dcap' && <button type="button" onClick={() => apply(JSON.stringify(TOLERANT, null, 2))}>{words.tolerant}</button>}
        {session.call === 'verify_tpm' && run.result.verified && <button type="button" onClick={learned}>{words.learned}</button>}
      </div>
      <label class="hidden" for="policy-text">{words.edit}</label>
      <textarea id="policy-text" class="code" rows={Math.min(18, Math.max(5, text.split('\n').length + 1))} spellcheck={false} autocomplete="off"
        placeholder={'{\n  "name": "mine",\n  "tcb": { "accept": ["UpToDate", "SWHardeningNeeded"] }\n}'} value={text} aria-invalid={refused !== undefined}
        aria-describedby="policy-state" onInput={(event) => apply(event.currentTarget.value)} />
      <p id="policy-state" class="policy-state" role="status">
        {refused ? <span class="bad" lang="en">{refused.message} <code>{refused.code} {refused.part}</code></span> : run.result.appraisal && <span class="good">{words.applied}: <code>{run.result.appraisal.policy}</code></span>}
      </p>
    </Section>
  );
}
