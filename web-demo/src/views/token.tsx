import { useState } from 'preact/hooks';
import type { TokenView } from 'veriquote';
import { useWords } from '../i18n/index.ts';
import { discover } from '../model/discovery.ts';
import { inspect } from '../model/core.ts';
import { outcomeOf, tokenOf } from '../model/facts.ts';
import { partOf, withPart, type Session } from '../model/session.ts';
import { Section } from './parts.tsx';
import type { Shown } from './result.tsx';

/** A token as its debuggers show it: three parts, the signature's state, the key that was picked. */
export function Token({ run, session, onChange }: Shown & { onChange?: (session: Session) => void }) {
  const { jwt: words } = useWords();
  const part = partOf(session, 'token');
  const text = typeof part?.value === 'string' ? part.value : undefined;
  const inspection = text === undefined ? undefined : inspect(text);
  if (text === undefined || typeof inspection !== 'object' || inspection.kind !== 'token') return null;
  const [header = '', payload = '', signature = ''] = text.split('.');
  const key = tokenOf(run.result)?.key;
  const outcome = outcomeOf(run.result.checks, 'jwt.signature');
  const state = outcome === 'passed' ? 'valid' : outcome === 'failed' ? 'invalid' : partOf(session, 'jwks') ? 'unreached' : 'unknown';
  return (
    <Section id="token" head={words.head}>
      <div class="jwt">
        <div class="jwt-encoded">
          <h3>{words.encoded}</h3>
          <p class="encoded" tabIndex={0}><span class="jwt-header">{header}</span>.<span class="jwt-payload">{payload}</span>.<span class="jwt-signature">{signature}</span></p>
        </div>
        <div class="jwt-decoded">
          <h3 class="jwt-header">{words.header}</h3>
          <Json value={inspection.header} />
          <h3 class="jwt-payload">{words.payload}</h3>
          <Json value={inspection.payload} times />
          <h3 class="jwt-signature">{words.signature}</h3>
          <p class={`jwt-state ${state}`}>{words[state]}</p>
          {key && <p>{words.key} <code>{key.kid ?? '–'}</code> {key.algorithm}, {words.origin[key.origin] ?? key.origin}</p>}
          <Keys session={session} />
          {onChange && <Discover token={inspection} onKeys={(name, keys) => onChange(withPart(session, 'jwks', name, keys))} />}
        </div>
      </div>
    </Section>
  );
}

function Json({ value, times = false }: { value: object; times?: boolean }) {
  return (
    <pre class="json" tabIndex={0}>
      {JSON.stringify(value, null, 2).split('\n').map((line) => {
        const [, name, seconds] = /^\s*"(iat|exp|nbf|auth_time)": (\d{1,11})/.exec(line) ?? [];
        return <>{line}{times && name && <span class="quiet">  // {new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}Z</span>}{'\n'}</>;
      })}
    </pre>
  );
}

function Keys({ session }: { session: Session }) {
  const { jwt: words } = useWords();
  const part = partOf(session, 'jwks');
  const inspection = part && inspect(part.value);
  if (typeof inspection !== 'object' || inspection.kind !== 'jwks') return null;
  return (
    <>
      <h3>{words.keys}</h3>
      <ul class="keys">
        {inspection.keys.map((key) => (
          <li class={key.unusable ? 'unusable' : ''}>
            <code>{key.kid ?? '–'}</code> {key.kty} {key.algorithm} <span class="quiet">{key.unusable ? `${words.unusable}: ${key.unusable}` : words.usable}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** OpenID Connect Discovery, when the visitor asks for it. */
function Discover({ token, onKeys }: { token: TokenView; onKeys: (name: string, keys: string) => void }) {
  const { jwt: words } = useWords();
  const issuer = typeof token.payload.iss === 'string' && /^https?:/.test(token.payload.iss) ? token.payload.iss : '';
  const [state, setState] = useState<'fetching' | 'failed' | 'wrongIssuer' | 'bad' | 'fetched' | undefined>(undefined);
  const fetchKeys = async (event: Event) => {
    event.preventDefault();
    const address = String(new FormData(event.currentTarget as HTMLFormElement).get('issuer') ?? '').trim();
    setState('fetching');
    const found = await discover(address);
    setState(typeof found === 'string' ? found : 'fetched');
    if (typeof found === 'object') onKeys(found.address, found.keys);
  };
  return (
    <form class="discover" onSubmit={(event) => void fetchKeys(event)}>
      <h3>{words.discover}</h3>
      <label for="issuer">{words.url}</label>
      <div class="row">
        <input id="issuer" name="issuer" type="url" defaultValue={issuer} placeholder="https://" spellcheck={false} autocomplete="off" required aria-describedby="issuer-note" />
        <button type="submit" disabled={state === 'fetching'}>{words.fetch}</button>
      </div>
      <p id="issuer-note" class="hint">{words.note}</p>
      <p role="status" class={state === 'fetched' ? 'good' : 'bad'}>{state && words[state]}</p>
    </form>
  );
}
