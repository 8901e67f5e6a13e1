// Pieces that several views share.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useWords } from '../i18n/index.ts';

export function Section({ id, head, aside, children }: { id: string; head: string; aside?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section id={id} class="section" aria-labelledby={`${id}-head`}>
      <header class="section-head">
        <h2 id={`${id}-head`} tabIndex={-1}>{head}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

const ICONS = {
  accepted: 'M5 12.5l4.5 4.5L19 7.5',
  rejected: 'M12 6v7.5M12 17.2v.1',
  refused: 'M7 7l10 10M17 7L7 17',
  unasked: 'M9.2 9.4a2.9 2.9 0 1 1 4.3 2.6c-1 .6-1.5 1.1-1.5 2.3M12 17.4v.1',
};

export function Seal({ state }: { state: keyof typeof ICONS }) {
  return (
    <svg class="seal" viewBox="0 0 24 24" aria-hidden="true">
      <path class="seal-shape" d="M12 .8l2.9 2.3 3.7-.3.9 3.6 3.1 2-1.4 3.4 1.4 3.5-3.1 2-.9 3.5-3.7-.2-2.9 2.3-2.9-2.3-3.7.2-.9-3.5-3.1-2 1.4-3.5L1.400 8.400l3.1-2 .9-3.6 3.7.3z" />
      <path class="seal-mark" d={ICONS[state]} />
    </svg>
  );
}

/** Bytes in groups that the eye can compare. */
export function Hex({ value }: { value: string }) {
  const groups = value.match(/.{1,8}/g) ?? [];
  return (
    <code class="hex">
      {groups.map((group) => (
        <span>{group}</span>
      ))}
    </code>
  );
}

export const isHex = (value: string) => value.length >= 16 && value.length % 2 === 0 && /^[0-9a-f]+$/.test(value);

export function Copy({ text }: { text: string }) {
  const { claims } = useWords();
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <button type="button" class="copy" onClick={() => void copy()}>
      {isCopied ? claims.copied : claims.copy}
    </button>
  );
}

/** Any value of a fact. */
export function Value({ value }: { value: unknown }) {
  if (typeof value === 'string') return isHex(value) ? <Hex value={value} /> : <span class="text">{value === '' ? '“”' : value}</span>;
  if (value === null || value === undefined) return <span class="quiet">–</span>;
  if (typeof value === 'object') return <code class="text">{JSON.stringify(value)}</code>;
  return <span class={`literal ${typeof value}`}>{String(value)}</span>;
}

/** Facts by name, expected and actual first; `isLoud` sets those two side by side. */
export function Facts({ facts, isLoud = false }: { facts: { readonly [name: string]: unknown }; isLoud?: boolean }) {
  const { checks } = useWords();
  const named: Record<string, string> = { expected: checks.expected, actual: checks.actual };
  const rank = (name: string) => (name === 'expected' ? 0 : name === 'actual' ? 1 : 2);
  const entries = Object.entries(facts).sort(([one], [other]) => rank(one) - rank(other));
  if (entries.length === 0) return null;
  return (
    <dl class="facts">
      {entries.map(([name, value]) => (
        <div class={`fact ${isLoud && rank(name) < 2 ? `loud ${name}` : ''}`}>
          <dt>{named[name] ?? name.replaceAll('_', ' ')}</dt>
          <dd>
            <Value value={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** A picture wider than the page scrolls by itself, also by keyboard. */
export function Scroll({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div class="scroll" role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}

/** Gives the visitor a file. */
export function save(name: string, type: string, content: BlobPart): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
