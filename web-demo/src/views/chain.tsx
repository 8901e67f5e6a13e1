import { useMemo } from 'preact/hooks';
import { useTag, useWords, type Strings } from '../i18n/index.ts';
import { chainOf, type Link } from '../model/chain.ts';
import { day, hasOwnRoots } from '../model/facts.ts';
import { Scroll, Section } from './parts.tsx';
import type { Shown } from './result.tsx';

const [WIDTH, HEIGHT, GAP, ROW] = [166, 122, 32, 142];

/** From the root to the evidence, as a picture; the same is in its text for those who cannot see it. */
export function Chain({ run, session }: Shown) {
  const words = useWords();
  const tag = useTag();
  const links = useMemo(() => chainOf(run, session, words), [run, session, words]);
  const places = useMemo(() => layout(links), [links]);
  if (links.length < 2) return null;
  const columns = Math.max(...[...places.values()].map(({ column }) => column)) + 1;
  const rows = Math.max(...[...places.values()].map(({ row }) => row)) + 1;
  const [width, height] = [columns * (WIDTH + GAP) - GAP + 4, (rows - 1) * ROW + HEIGHT + 4];
  const own = hasOwnRoots(session);
  return (
    <Section id="chain" head={words.chain.head}>
      <Scroll label={words.chain.label}>
        <svg class={`chain ${columns > 5 ? 'wide' : ''}`} width={width} height={height} viewBox={`-2 -2 ${width} ${height}`} role="img" aria-labelledby="chain-title chain-desc">
          <title id="chain-title">{words.chain.label}</title>
          <desc id="chain-desc">{links.map((link) => spoken(link, words, tag)).join('; ')}</desc>
          {links.map((link) => link.by && <Edge link={link} places={places} />)}
          {links.map((link) => <Node link={link} place={places.get(link.id)} own={own} />)}
        </svg>
      </Scroll>
    </Section>
  );
}

function Node({ link, place, own }: { link: Link; place: Place | undefined; own: boolean }) {
  const words = useWords();
  if (!place) return null;
  const title = folded(link.title);
  const dates = link.until && `${link.from ? `${isoDay(link.from)} – ` : ''}${isoDay(link.until)}`;
  const lines = [
    ...(link.isRoot && link.until ? [own ? words.chain.yours : words.chain.vendor] : []),
    ...link.lines.filter(Boolean),
    ...(dates ? [dates] : []),
    ...(link.list ? [words.chain.revoked(link.list.revoked), `${words.chain.listUntil} ${isoDay(link.list.next_update)}`] : []),
  ];
  return (
    <g class={`node ${link.outcome ?? 'unknown'}`} transform={`translate(${place.column * (WIDTH + GAP)} ${place.row * ROW})`}>
      <rect width={WIDTH} height={HEIGHT} rx="10" />
      <rect class="node-mark" width="5" height={HEIGHT - 24} x="0" y="12" rx="2.5" />
      {title.map((line, index) => (
        <text class="node-title" x="16" y={25 + index * 16}>{line}</text>
      ))}
      {lines.slice(0, 6 - title.length).map((line, index) => (
        <text class="node-line" x="16" y={29 + title.length * 16 + index * 16}>{cut(line, 27)}</text>
      ))}
    </g>
  );
}

function Edge({ link, places }: { link: Link; places: Map<string, Place> }) {
  const [from, to] = [places.get(link.by ?? ''), places.get(link.id)];
  if (!from || !to) return null;
  const [x1, y1] = [from.column * (WIDTH + GAP) + WIDTH, from.row * ROW + HEIGHT / 2];
  const [x2, y2] = [to.column * (WIDTH + GAP), to.row * ROW + HEIGHT / 2];
  const middle = x2 - GAP / 2;
  const turn = y2 === y1 ? '' : `H${middle - 8} q8 0 8 8 V${y2 - 8} q0 8 8 8`;
  const mark = { passed: 'M-4 .5l3 3 5.500-6.500', failed: 'M-3.500-3.500l7 7M3.500-3.500l-7 7' }[link.outcome ?? ''] ?? 'M-3 0h6';
  return (
    <g class={`edge ${link.outcome ?? 'unknown'}`}>
      <path d={`M${x1} ${y1}${turn}H${x2}`} />
      <circle cx={middle} cy={y2} r="10" />
      <path class="edge-mark" transform={`translate(${middle} ${y2})`} d={mark} />
    </g>
  );
}

interface Place {
  readonly column: number;
  readonly row: number;
}

/** Each node right of who vouches for it; a second one goes below all that is there. */
function layout(links: readonly Link[]): Map<string, Place> {
  const places = new Map<string, Place>();
  const ends: number[] = [];
  let rows = 0;
  for (const link of links) {
    const parent = link.by === undefined ? undefined : places.get(link.by);
    const column = parent ? parent.column + 1 : 0;
    let row = parent ? parent.row : rows;
    while ((ends[row] ?? -1) >= column) row += 1;
    ends[row] = column;
    rows = Math.max(rows, row + 1);
    places.set(link.id, { column, row });
  }
  return places;
}

function spoken(link: Link, { chain }: Strings, tag: string): string {
  const state = { passed: chain.vouched, failed: chain.broken }[link.outcome ?? ''] ?? chain.unknown;
  return [link.title, state, link.until && day(link.until, tag)].filter(Boolean).join(', ');
}

/** Narrow, and the same in every language. */
const isoDay = (time: string) => new Date(time).toISOString().slice(0, 10);

/** A title on two lines at most. */
function folded(title: string): string[] {
  if (title.length <= 20) return [title];
  const space = title.lastIndexOf(' ', 20);
  return space < 1 ? [cut(title, 20)] : [title.slice(0, space), cut(title.slice(space + 1), 20)];
}

const cut = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
