import { useEffect, useState } from 'preact/hooks';
import { useWords } from '../i18n/index.ts';

interface Entry {
  readonly id: string;
  readonly head: string;
}

/** The sections that there are, to jump to. They are read off the page, so that none is forgotten. */
export function Contents({ of }: { of: unknown }) {
  const { verdict } = useWords();
  const [entries, setEntries] = useState<readonly Entry[]>([]);
  useEffect(() => {
    const heads = document.querySelectorAll<HTMLElement>('.details > .section');
    setEntries([...heads].map((section) => ({ id: section.id, head: section.querySelector('h2')?.textContent ?? section.id })));
  }, [of]);
  if (entries.length === 0) return null;
  const jump = (event: Event, id: string) => {
    event.preventDefault();
    const section = document.getElementById(id);
    section?.scrollIntoView();
    section?.querySelector<HTMLElement>('h2')?.focus();
  };
  return (
    <nav class="contents" aria-label={verdict.contents}>
      {entries.map(({ id, head }) => (
        <a href={`#${id}`} onClick={(event) => jump(event, id)}>{head}</a>
      ))}
    </nav>
  );
}
