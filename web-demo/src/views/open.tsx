import { useEffect, useRef, useState } from 'preact/hooks';
import { useWords } from '../i18n/index.ts';
import type { Call } from '../model/roles.ts';
import { readFiles, sampleList, type Given, type Sample } from '../model/open.ts';

export interface Opening {
  readonly onOpen: (given: readonly Given[]) => void;
  readonly onSample: (id: string) => void;
  readonly onProblem: (text: string) => void;
}

/** Drop, paste or open; the whole page takes drops and pastes. */
export function Opener({ onOpen, onProblem, isSmall }: Pick<Opening, 'onOpen' | 'onProblem'> & { isSmall: boolean }) {
  const { intro } = useWords();
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const take = useRef<(files: Iterable<File>) => void>(() => undefined);
  take.current = (files) => void readFiles(files).then(onOpen, (error: unknown) => onProblem(String(error)));
  const text = useRef(onOpen);
  text.current = onOpen;

  useEffect(() => {
    const over = (event: DragEvent) => {
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => event.relatedTarget === null && setOver(false);
    const drop = (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      if (event.dataTransfer?.files.length) take.current([...event.dataTransfer.files]);
      else givenText(event.dataTransfer?.getData('text/plain'));
    };
    const paste = (event: ClipboardEvent) => {
      if (event.target instanceof Element && event.target.closest('input, textarea')) return;
      if (event.clipboardData?.files.length) take.current([...event.clipboardData.files]);
      else givenText(event.clipboardData?.getData('text/plain'));
    };
    const givenText = (pasted: string | undefined) => pasted?.trim() && text.current([{ name: 'pasted', text: pasted }]);
    const listeners = { dragover: over, dragleave: leave, drop, paste } as unknown as Record<string, EventListener>;
    for (const [name, listener] of Object.entries(listeners)) document.addEventListener(name, listener);
    return () => {
      for (const [name, listener] of Object.entries(listeners)) document.removeEventListener(name, listener);
    };
  }, []);

  const chosen = (event: Event) => {
    const field = event.currentTarget as HTMLInputElement;
    take.current([...(field.files ?? [])]);
    field.value = '';
  };
  return (
    <div class={`opener ${isSmall ? 'small' : ''} ${isOver ? 'over' : ''}`}>
      <p>
        {!isSmall && <span>{intro.drop} </span>}
        <button type="button" class="primary" onClick={() => input.current?.click()}>{isSmall ? intro.more : intro.open}</button>
      </p>
      <input ref={input} id="files" type="file" multiple hidden aria-label={intro.open} onChange={chosen} />
      {!isSmall && <p class="kinds">{intro.kinds}</p>}
      <Paste onOpen={onOpen} />
      {isOver && <div class="veil" aria-hidden="true">{intro.dropNow}</div>}
    </div>
  );
}

function Paste({ onOpen }: Pick<Opening, 'onOpen'>) {
  const { intro } = useWords();
  const field = useRef<HTMLTextAreaElement>(null);
  const read = (event: Event) => {
    event.preventDefault();
    const text = field.current?.value ?? '';
    if (text.trim()) onOpen([{ name: 'pasted', text }]);
    if (field.current) field.current.value = '';
  };
  return (
    <details class="paste">
      <summary>{intro.paste}</summary>
      <form onSubmit={read}>
        <label for="paste">{intro.pasteLabel}</label>
        <textarea id="paste" ref={field} rows={4} spellcheck={false} autocomplete="off" />
        <button type="submit">{intro.read}</button>
      </form>
    </details>
  );
}

/** Forged cases, one click each. */
export function Samples({ onSample, current }: Pick<Opening, 'onSample'> & { current: string | undefined }) {
  const { samples: words } = useWords();
  const [list, setList] = useState<readonly Sample[]>([]);
  useEffect(() => void sampleList().then(setList, () => setList([])), []);
  if (list.length === 0) return null;
  return (
    <section class="samples" aria-labelledby="samples-head">
      <h2 id="samples-head">{words.head}</h2>
      <p class="quiet">{words.note}</p>
      {(Object.keys(words.groups) as Call[]).map((call) => (
        <div class="sample-group">
          <h3>{words.groups[call]}</h3>
          <ul>
            {list.filter((sample) => sample.call === call).map((sample) => (
              <li>
                <button type="button" class={`sample ${sample.expected}`} data-sample={sample.id} aria-pressed={current === sample.id} title={words.expected[sample.expected]} onClick={() => onSample(sample.id)}>
                  <span class="dot" aria-hidden="true" />
                  {words.names[sample.id] ?? sample.id}
                  <span class="hidden">, {words.expected[sample.expected]}</span>
                </button>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}
