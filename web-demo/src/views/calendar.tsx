import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Expiry } from 'veriquote';
import { useTag, useWords } from '../i18n/index.ts';
import { inspect } from '../model/core.ts';
import { collateralOf, day, instant, moment } from '../model/facts.ts';
import { optionsOf } from '../model/session.ts';
import { Scroll, Section, save } from './parts.tsx';
import type { Shown } from './result.tsx';

const DAY = 86_400_000;
const [LEFT, ROW, WIDE] = [250, 24, 860];
const TICKS = [1, 7, 30, 90, 365, 3650];

/** When the collateral of a verification goes stale, and what will change then. */
export function Calendar({ run, session }: Shown) {
  const expiries = useMemo(() => expiriesOf({ run, session }), [run, session]);
  return (
    <Expiries expiries={expiries} at={instant(optionsOf(session).at)}>
      <Forecast run={run} />
    </Expiries>
  );
}

/** When each part goes stale, soonest first, on a scale that shows days and decades. */
export function Expiries({ expiries, at: now, children }: { expiries: readonly Expiry[]; at: Date; children?: ComponentChildren }) {
  const { calendar: words } = useWords();
  const tag = useTag();
  if (expiries.length === 0) return null;
  const at = now.getTime();
  const days = (time: string) => Math.floor((Date.parse(time) - at) / DAY);
  const longest = Math.max(365, ...expiries.map((expiry) => days(expiry.at)));
  const x = (count: number) => LEFT + ((WIDE - LEFT - 150) * Math.log1p(Math.max(0, count))) / Math.log1p(longest);
  const height = expiries.length * ROW + 30;
  const ics = <button type="button" onClick={() => save('collateral.ics', 'text/calendar', calendarFile(expiries))}>{words.ics}</button>;
  return (
    <Section id="calendar" head={words.head} aside={ics}>
      <Scroll label={words.label}>
        <svg class="calendar" width={WIDE} height={height} role="img" aria-labelledby="calendar-title calendar-desc">
          <title id="calendar-title">{words.label}</title>
          <desc id="calendar-desc">{expiries.map((expiry) => `${expiry.part}: ${day(expiry.at, tag)}`).join('; ')}</desc>
          {TICKS.filter((tick) => tick <= longest).map((tick) => (
            <g class="tick">
              <line x1={x(tick)} x2={x(tick)} y1="22" y2={height} />
              <text x={x(tick)} y="14">{words.days(tick)}</text>
            </g>
          ))}
          {expiries.map(({ part, at: time }, row) => {
            const left = days(time);
            const y = 28 + row * ROW;
            return (
              <g class={`span ${left < 0 ? 'past' : left < 7 ? 'soon' : ''}`}>
                <text class="span-part" x={LEFT - 12} y={y + 13}>{part.length > 32 ? `${part.slice(0, 31)}…` : part}</text>
                <rect x={LEFT} y={y + 3} width={Math.max(3, x(left) - LEFT)} height="12" rx="3" />
                <text class="span-date" x={Math.max(LEFT + 3, x(left)) + 8} y={y + 13}>{day(time, tag)} · {words.days(left)}</text>
              </g>
            );
          })}
        </svg>
      </Scroll>
      {children}
    </Section>
  );
}

function Forecast({ run }: Pick<Shown, 'run'>) {
  const { calendar: words, verdict, policy } = useWords();
  const tag = useTag();
  const forecast = run.result.forecast ?? [];
  if (forecast.length === 0) return null;
  return (
    <>
      <h3>{words.forecast}</h3>
      <ol class="forecast">
        {forecast.map(({ at, cause, parts, verdict: then }) => (
          <li>
            <strong>{at ? moment(at, tag) : '–'}</strong> {words.causes[cause] ?? cause}
            {parts && parts.length > 0 && <code> {parts.join(', ')}</code>}
            {then && (
              <span class={then.accepted ? 'good' : 'bad'}>
                {' '}{words.verdictThen}: {then.accepted ? verdict.tcb(then.status ?? '') : (then.error?.code ?? policy.outcomes.violated)}
              </span>
            )}
          </li>
        ))}
      </ol>
    </>
  );
}

/** As the result has it; otherwise as the file says. */
function expiriesOf({ run, session }: Shown): readonly Expiry[] {
  const proven = collateralOf(run.result)?.expiries;
  if (proven) return proven;
  const file = session.parts.find(({ role }) => role === 'collateral[]' || role === 'machine.collateral');
  const inspection = file && inspect(file.value);
  return typeof inspection === 'object' && inspection.kind === 'collateral' ? inspection.expiries : [];
}

/** RFC 5545: one event on the last day of each. */
function calendarFile(expiries: readonly Expiry[]): string {
  const stamp = (time: string) => new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
  const events = expiries.flatMap(({ part, at }) => [
    'BEGIN:VEVENT',
    `UID:${stamp(at)}-${part.replaceAll(/\W+/g, '-')}@veriquote`,
    `DTSTAMP:${stamp(new Date().toISOString())}`,
    `DTSTART:${stamp(at)}`,
    `SUMMARY:Collateral goes stale: ${part.replaceAll(/[\\;,\n]/g, ' ')}`,
    'END:VEVENT',
  ]);
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//veriquote//page//EN', ...events, 'END:VCALENDAR', ''].join('\r\n');
}
