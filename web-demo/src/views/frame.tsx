import { useState } from 'preact/hooks';
import { LANGUAGES, remember, remembered, useWords, type Language } from '../i18n/index.ts';

export type Route = 'verify' | 'compare' | 'binding';

interface Props {
  readonly route: Route;
  readonly onRoute: (route: Route) => void;
  readonly language: Language;
  readonly onLanguage: (language: Language) => void;
}

export function Header({ route, onRoute, language, onLanguage }: Props) {
  const { nav, tag } = useWords();
  return (
    <header class="top">
      <p class="wordmark">
        <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M3 4l9 17L21 4" /><path d="M8 4l4 8 4-8" /></svg>
        veriquote <span>{tag}</span>
      </p>
      <nav aria-label="veriquote">
        {(['verify', 'compare', 'binding'] as const).map((name) => (
          <a href={name === 'verify' ? '#/' : `#/${name}`} aria-current={route === name ? 'page' : undefined} onClick={(event) => { event.preventDefault(); onRoute(name); }}>{nav[name]}</a>
        ))}
      </nav>
      <div class="settings">
        <label class="hidden" for="language">{nav.language}</label>
        <select id="language" value={language} onChange={(event) => onLanguage(event.currentTarget.value as Language)}>
          {Object.entries(LANGUAGES).map(([name, label]) => <option value={name} lang={name}>{label}</option>)}
        </select>
        <Theme />
      </div>
    </header>
  );
}

function Theme() {
  const { nav } = useWords();
  const [theme, setTheme] = useState(remembered('theme') ?? 'auto');
  const choose = (next: string) => {
    remember('theme', next);
    if (next === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    setTheme(next);
  };
  return (
    <>
      <label class="hidden" for="theme">{nav.theme}</label>
      <select id="theme" value={theme} onChange={(event) => choose(event.currentTarget.value)}>
        {(['auto', 'light', 'dark'] as const).map((name) => <option value={name}>{nav.themes[name]}</option>)}
      </select>
    </>
  );
}

export function Footer() {
  const { foot } = useWords();
  const [state, setState] = useState<'keeping' | 'kept' | undefined>(undefined);
  const keep = async () => {
    setState('keeping');
    const { active } = await navigator.serviceWorker.ready;
    const channel = new MessageChannel();
    channel.port1.onmessage = ({ data }) => setState(data === true ? 'kept' : undefined);
    active?.postMessage('keep', [channel.port2]);
  };
  return (
    <footer class="bottom">
      <p>{foot.trust}</p>
      <p>{foot.fine}</p>
      {'serviceWorker' in navigator && (
        <button type="button" class="keep" onClick={() => void keep()} disabled={state !== undefined}>
          {state === 'kept' ? foot.kept : state === 'keeping' ? foot.keeping : foot.offline}
        </button>
      )}
    </footer>
  );
}
