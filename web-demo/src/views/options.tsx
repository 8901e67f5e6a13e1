import { useWords } from '../i18n/index.ts';
import { now } from '../model/open.ts';
import { optionsOf, withOption, type Json, type Session } from '../model/session.ts';

interface Props {
  readonly session: Session;
  readonly onChange: (session: Session) => void;
}

/** What the verification takes beside files. Which value is right, the core says. */
export function Options({ session, onChange }: Props) {
  const { options: words } = useWords();
  const options = optionsOf(session);
  const set = (name: string) => (value: unknown) => onChange(withOption(session, name, value));
  const { call } = session;
  return (
    <section class="card options" aria-labelledby="options-head">
      <h2 id="options-head">{words.head}</h2>
      <div class="row">
        <Field id="at" label={words.at} value={String(options.at ?? '')} onValue={set('at')} />
        <button type="button" onClick={() => set('at')(now())}>{words.now}</button>
      </div>
      {call === 'verify_dcap' && <Dcap options={options} set={set} />}
      {call === 'verify_tpm' && (
        <Field id="nonce" label={words.nonce} hint={words.nonceHelp} value={text(options.nonce)} placeholder={words.any}
          onValue={(value) => onChange(withOption(withOption(session, 'nonce', value || undefined), 'danger_no_nonce', value ? undefined : true))} />
      )}
      {call === 'verify_nvgpu' && <Field id="nonce" label={words.nonce} hint={words.nonceHelp} value={text(options.nonce)} placeholder={words.hex} onValue={set('nonce')} />}
      {call === 'verify_token' && <Expectations expect={(options.expect ?? {}) as Json} onExpect={set('expect')} />}
    </section>
  );
}

function Dcap({ options, set }: { options: Json; set: (name: string) => (value: unknown) => void }) {
  const { options: words } = useWords();
  return (
    <>
      <label for="profile">{words.profile}</label>
      <select id="profile" value={text(options.profile) || 'strict'} onChange={(event) => set('profile')(event.currentTarget.value)}>
        <option value="strict">{words.strict}</option>
        <option value="intel">{words.intel}</option>
      </select>
      <Field id="report-data" label={words.reportData} value={text(options.report_data)} placeholder={words.any} onValue={(value) => set('report_data')(value || undefined)} />
      <label class="check-box">
        <input type="checkbox" checked={options.outlook === true} onChange={(event) => set('outlook')(event.currentTarget.checked || undefined)} />
        {words.outlook}
      </label>
    </>
  );
}

/** What a token must say; an empty field expects nothing. */
function Expectations({ expect, onExpect }: { expect: Json; onExpect: (expect: Json) => void }) {
  const { options: words } = useWords();
  const set = (name: string, member: string) => (value: string) => onExpect({ ...expect, [name]: value ? { [member]: value } : 'not_checked' });
  return (
    <>
      {([['issuer', words.issuer, 'is'], ['audience', words.audience, 'is'], ['nonce', words.tokenNonce, 'only']] as const).map(([name, label, member]) => (
        <Field id={`expect-${name}`} label={label} value={text((expect[name] as Json | undefined)?.[member])} placeholder={words.any} onValue={set(name, member)} />
      ))}
    </>
  );
}

function Field({ id, label, hint, value, placeholder, onValue }: { id: string; label: string; hint?: string; value: string; placeholder?: string; onValue: (value: string) => void }) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input id={id} type="text" value={value} placeholder={placeholder ?? ''} spellcheck={false} autocomplete="off"
        {...(hint ? { 'aria-describedby': `${id}-hint` } : {})} onChange={(event) => onValue(event.currentTarget.value.trim())} />
      {hint && <p class="hint" id={`${id}-hint`}>{hint}</p>}
    </div>
  );
}

const text = (value: unknown) => (typeof value === 'string' ? value : '');
