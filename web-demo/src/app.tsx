import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Tag, TAGS, Words, remember, strings, type Language, type Strings } from './i18n/index.ts';
import { run as verify } from './model/core.ts';
import { sentence, stateOf } from './model/facts.ts';
import { opened, sample, type Given } from './model/open.ts';
import { assemble, EMPTY, type Session } from './model/session.ts';
import { Actions } from './views/actions.tsx';
import { Binding } from './views/binding.tsx';
import { Compare } from './views/compare.tsx';
import { Contents } from './views/contents.tsx';
import { Files } from './views/files.tsx';
import { Footer, Header, type Route } from './views/frame.tsx';
import { LooseFile } from './views/loose.tsx';
import { Opener, Samples } from './views/open.tsx';
import { Options } from './views/options.tsx';
import { PolicyEditor } from './views/policy.tsx';
import { Details, type Shown } from './views/result.tsx';
import { Token } from './views/token.tsx';
import { Verdict } from './views/verdict.tsx';

interface Props {
  readonly loaded: Promise<void>;
  readonly wasm: string;
  readonly language: Language;
  readonly words: Strings;
}

export function App(props: Props) {
  const [language, setLanguage] = useState(props.language);
  const [words, setWords] = useState(props.words);
  const [loading, setLoading] = useState<'loading' | 'ready' | 'failed'>('loading');
  const [session, setSession] = useState<Session>(EMPTY);
  const [problem, setProblem] = useState('');
  const [kept, setKept] = useState<Shown | undefined>(undefined);
  const [route, setRoute] = useState<Route>('verify');

  useEffect(() => void props.loaded.then(() => setLoading('ready'), () => setLoading('failed')), []);
  useEffect(() => {
    document.documentElement.lang = TAGS[language];
  }, [language]);

  const isReady = loading === 'ready';
  const take = (next: Session) => {
    setProblem('');
    setSession(next);
  };
  const open = (given: readonly Given[]) => {
    take(opened(session, given));
    if (route === 'binding') go('verify');
  };
  const openSample = (id: string) => {
    history.replaceState(null, '', `#sample=${id}`);
    sample(id).then(take, () => setProblem(words.samples.unavailable));
    if (route === 'binding') setRoute('verify');
  };
  const clear = () => {
    history.replaceState(null, '', '#');
    take(EMPTY);
  };
  const go = (next: Route) => {
    location.hash = next === 'verify' ? '#/' : `#/${next}`;
    setRoute(next);
  };
  const choose = (next: Language) => {
    remember('language', next);
    void strings(next).then((table) => {
      setLanguage(next);
      setWords(table);
    });
  };

  // A link may carry a token, the name of a sample, or that of a tool.
  const follow = useRef(() => undefined as void);
  follow.current = () => {
    const link = location.hash.slice(1);
    if (link === '/compare' || link === '/binding') return setRoute(link.slice(1) as Route);
    setRoute('verify');
    const given = new URLSearchParams(link);
    const [token, id] = [given.get('token'), given.get('sample')];
    if (token) take(opened(EMPTY, [{ name: 'link', text: token }]));
    else if (id) openSample(id);
  };
  useEffect(() => {
    if (!isReady) return;
    const listener = () => follow.current();
    listener();
    addEventListener('hashchange', listener);
    return () => removeEventListener('hashchange', listener);
  }, [isReady]);

  const shown = useMemo<Shown | undefined>(() => (isReady && session.call ? { run: verify(session.call, assemble(session)), session } : undefined), [session, isReady]);
  // While a policy is being written it may be no policy yet: what was found before stays in sight.
  const last = useRef<Shown | undefined>(undefined);
  const isDraft = shown !== undefined && stateOf(shown.run.result) === 'unasked' && last.current?.run.call === shown.run.call;
  if (!isDraft) last.current = shown;
  const details = isDraft ? last.current : shown;
  useEffect(() => {
    document.title = shown ? `${sentence(shown.run.result, words)} – veriquote` : words.title;
  }, [shown, words]);

  const isEmpty = !session.call && session.loose.length === 0;
  return (
    <Words.Provider value={words}>
      <Tag.Provider value={TAGS[language]}>
        <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById('main')?.focus(); }}>{words.skip}</a>
        <Header route={route} onRoute={go} language={language} onLanguage={choose} />
        <main id="main" tabIndex={-1} data-ready={String(isReady)}>
          {!(route === 'verify' && isEmpty) && <h1 class="hidden">{words.title}</h1>}
          {loading === 'failed' && <p class="problem-line" role="alert">{words.verdict.failedToLoad}</p>}
          {problem && <p class="problem-line" role="alert">{problem}</p>}
          {route === 'binding' && isReady && <Binding shown={shown} />}
          {route === 'compare' && <Compare first={kept} second={shown?.run === kept?.run ? undefined : shown} onForget={() => setKept(undefined)} />}
          {route !== 'binding' && isEmpty && (
            <div class="welcome">
              {route === 'verify' && <div class="hero"><h1>{words.intro.head}</h1><p class="lead">{words.intro.lead}</p></div>}
              <Opener onOpen={open} onProblem={setProblem} isSmall={false} />
              <Samples onSample={openSample} current={session.sample} />
            </div>
          )}
          {route === 'verify' && !isEmpty && (
            <>
              {shown ? <Verdict run={shown.run} session={session} /> : <p class="next-step">{isReady ? words.verdict.nothing : words.verdict.loading}</p>}
              <Contents key={words.title} of={shown} />
              <div class="columns">
                <div class={`details ${isDraft ? 'draft' : ''}`}>
                  {!shown && isReady && session.loose.slice(0, 4).map((file) => <LooseFile file={file} />)}
                  {shown && <Token run={shown.run} session={session} onChange={take} />}
                  {details && shown && <Details run={details.run} session={details.session} after={<PolicyEditor run={shown.run} session={session} onChange={take} />} />}
                </div>
                <aside>
                  {shown && <Actions shown={shown} kept={kept} onKeep={setKept} wasm={props.wasm} language={language} onClear={clear} />}
                  <Files session={session} onChange={take} />
                  {session.call && <Options session={session} onChange={take} />}
                  <Opener onOpen={open} onProblem={setProblem} isSmall />
                </aside>
              </div>
            </>
          )}
          {route !== 'binding' && !isEmpty && <Samples onSample={openSample} current={session.sample} />}
        </main>
        <Footer />
      </Tag.Provider>
    </Words.Provider>
  );
}
