// The script inside a report: verifies again, and shows what comes of it beside what was recorded.
import { render } from 'preact';
import { initSync } from 'veriquote/slim';
import { Tag, TAGS, Words, strings, type Strings } from '../i18n/index.ts';
import { run, type Run } from '../model/core.ts';
import { moment } from '../model/facts.ts';
import { unpacked, type Recorded } from '../model/report.ts';
import { explode, toHex } from '../model/session.ts';
import { ResultView } from '../views/result.tsx';
import { Token } from '../views/token.tsx';
import '../style.css';

const content = (id: string) => document.getElementById(id)?.textContent ?? '';

interface Props {
  readonly recorded: Recorded;
  readonly again: Run;
  readonly words: Strings;
  readonly code: string;
}

function Report({ recorded, again, words, code }: Props) {
  const tag = TAGS[recorded.language];
  const session = explode(recorded.call, recorded.request);
  const isSame = again.result.json === recorded.answer;
  return (
    <Words.Provider value={words}>
      <Tag.Provider value={tag}>
        <main class="report">
          <header class="report-head">
            <h1 class="wordmark">veriquote <span>{words.report.noun}</span></h1>
            <p class="quiet">{words.report.made} {moment(recorded.made, tag)}</p>
          </header>
          <p id="again" class={isSame ? 'good' : 'bad'} data-same={String(isSame)}>{isSame ? words.report.again : words.report.differs}</p>
          <ResultView run={again} session={session} after={session.call === 'verify_token' && <Token run={again} session={session} />} />
          <footer class="quiet">{words.report.code}: <code class="hex">{code}</code></footer>
        </main>
      </Tag.Provider>
    </Words.Provider>
  );
}

async function show(): Promise<void> {
  const recorded = JSON.parse(content('recorded')) as Recorded;
  const [words, wasm] = await Promise.all([strings(recorded.language), unpacked(content('verifier'))]);
  initSync(wasm);
  const again = run(recorded.call, recorded.request);
  const secure = globalThis.crypto?.subtle;
  const code = secure ? toHex(new Uint8Array(await secure.digest('SHA-256', wasm))) : '–';
  const place = document.getElementById('report');
  if (!place) return;
  place.replaceChildren();
  render(<Report recorded={recorded} again={again} words={words} code={code} />, place);
}

show().catch((error: unknown) => {
  document.getElementById('report')?.append(` ${String(error)}`);
});
