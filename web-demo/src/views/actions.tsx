import { useState } from 'preact/hooks';
import { useWords, type Language } from '../i18n/index.ts';
import { sentence } from '../model/facts.ts';
import { reportOf } from '../model/report.ts';
import { save } from './parts.tsx';
import type { Shown } from './result.tsx';

interface Props {
  readonly shown: Shown;
  readonly kept: Shown | undefined;
  readonly onKeep: (shown: Shown) => void;
  readonly onClear: () => void;
  readonly wasm: string;
  readonly language: Language;
}

/** What can be done with a verdict. */
export function Actions({ shown, kept, onKeep, onClear, wasm, language }: Props) {
  const words = useWords();
  const [state, setState] = useState<'making' | 'failed' | undefined>(undefined);
  const report = async () => {
    setState('making');
    try {
      const said = sentence(shown.run.result, words);
      save('veriquote-report.html', 'text/html', await reportOf(shown.run, said, words.report.static, language, wasm));
      setState(undefined);
    } catch {
      setState('failed');
    }
  };
  const isKept = kept?.run === shown.run;
  return (
    <div class="actions">
      <button type="button" class="primary" onClick={() => void report()} disabled={state === 'making'} title={words.report.note}>
        {state === 'making' ? words.report.making : words.report.button}
      </button>
      <button type="button" aria-pressed={isKept} onClick={() => onKeep(shown)}>{isKept ? words.compare.kept : words.compare.keep}</button>
      <button type="button" onClick={onClear}>{words.files.clear}</button>
      {state === 'failed' && <p class="bad" role="alert">{words.samples.unavailable}</p>}
    </div>
  );
}
