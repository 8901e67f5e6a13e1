import { useState } from 'preact/hooks';
import type { EventClaims } from 'veriquote';
import { useWords } from '../i18n/index.ts';
import type { Log } from '../model/facts.ts';
import { Hex, Scroll, Section } from './parts.tsx';

const [LEFT, BAND, TOP] = [64, 26, 6];

/** Events in the bands of their registers, coloured by what is proven of them. */
export function EventLog({ log }: { log: Log }) {
  const { log: words } = useWords();
  const bands = [...new Set(log.events.map(({ index }) => index))].sort((one, other) => one - other);
  const [band, setBand] = useState<number | undefined>(undefined);
  const [picked, setPicked] = useState<EventClaims | undefined>(undefined);
  const step = Math.max(5, Math.min(18, 900 / log.events.length));
  const [width, height] = [LEFT + log.events.length * step + 8, TOP * 2 + bands.length * BAND];
  const grades = Object.keys(words.grades).filter((grade) => log.events.some(({ proof }) => proof === grade));
  const choose = (index: number) => setBand(band === index ? undefined : index);
  return (
    <Section id="log" head={words.head} aside={<Legend grades={grades} />}>
      <Scroll label={words.label(log.events.length, bands.length)}>
        <svg class="log" width={width} height={height} role="img" aria-label={words.label(log.events.length, bands.length)}>
          {bands.map((index, row) => (
            <g class={`band ${band === index ? 'picked' : ''}`} onClick={() => choose(index)}>
              <rect x="0" y={TOP + row * BAND} width={width} height={BAND} />
              <text x="8" y={TOP + row * BAND + 17}>{name(index, log.isTd)}</text>
            </g>
          ))}
          {log.events.map((event, column) => (
            <rect
              class={`event ${event.proof} ${picked === event ? 'picked' : ''}`}
              x={LEFT + column * step} y={TOP + bands.indexOf(event.index) * BAND + 5} width={step - 2} height={BAND - 10} rx="2"
              onClick={() => { setPicked(event); setBand(event.index); }}
            >
              <title>{`${event.number} ${event.event_type}${event.text ? `: ${event.text.slice(0, 200)}` : ''}`}</title>
            </rect>
          ))}
        </svg>
      </Scroll>
      <div class="bands" role="group" aria-label={words.pick}>
        {bands.map((index) => (
          <button type="button" aria-pressed={band === index} onClick={() => choose(index)}>{name(index, log.isTd)}</button>
        ))}
      </div>
      {band === undefined ? <p class="quiet">{words.pick}</p> : <Register log={log} index={band} picked={picked} />}
      <details class="all-events">
        <summary>{words.table}</summary>
        <Events events={log.events} log={log} />
      </details>
    </Section>
  );
}

function Legend({ grades }: { grades: readonly string[] }) {
  const { log: words } = useWords();
  return (
    <ul class="legend">
      {grades.map((grade) => (
        <li>
          <span class={`swatch ${grade}`} aria-hidden="true" />
          {words.grades[grade]}
        </li>
      ))}
    </ul>
  );
}

/** What one register holds, and why. */
function Register({ log, index, picked }: { log: Log; index: number; picked: EventClaims | undefined }) {
  const { pcr: words } = useWords();
  const events = log.events.filter((event) => event.index === index);
  const banks = log.registers.filter(({ pcr }) => pcr === index);
  const states = banks.length > 0 ? banks.map(({ bank, state }) => ({ bank, state })) : [{ bank: log.isTd ? 'sha384' : '', state: log.isReplayed ? 'replayed' : 'unproven' }];
  return (
    <div class="register">
      <h3>
        {name(index, log.isTd)} <span>{log.isTd ? words.rtmrs[index] : words.uses[index]}</span>
      </h3>
      {states.map(({ bank, state }) => (
        <div class={`register-state ${state}`}>
          <p>{words.states[state] ?? state}</p>
          {log.values[bank]?.[index] && (
            <p>
              <span class="quiet">{words.value} {bank}</span> <Hex value={log.values[bank]?.[index] ?? ''} />
            </p>
          )}
        </div>
      ))}
      <p class="quiet">{words.extends(events.filter(({ proof }) => proof !== 'unmeasured').length)}</p>
      <Events events={events} log={log} picked={picked} isOne />
    </div>
  );
}

function Events({ events, log, picked, isOne = false }: { isOne?: boolean; events: readonly EventClaims[]; log: Log; picked?: EventClaims | undefined }) {
  const { log: words } = useWords();
  return (
    <Scroll label={words.table}>
      <table class="events">
        <thead>
          <tr>
            <th scope="col">#</th>
            {!isOne && <th scope="col">{words.register}</th>}
            <th scope="col">{words.type}</th>
            <th scope="col">{words.proof}</th>
            <th scope="col">{words.text}</th>
            <th scope="col">{words.digest}</th>
          </tr>
        </thead>
        <tbody>
          {events.slice(0, MOST).map((event) => (
            <tr class={picked === event ? 'picked' : ''}>
              <td>{event.number}</td>
              {!isOne && <td>{name(event.index, log.isTd)}</td>}
              <td><code>{event.event_type}</code></td>
              <td><span class={`swatch ${event.proof}`} aria-hidden="true" /> {words.grades[event.proof] ?? event.proof}</td>
              <td class="event-text">{event.text}</td>
              <td>{event.digest && <Hex value={event.digest} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** Rows that a browser shows without stuttering. */
const MOST = 2000;

const name = (index: number, isTd: boolean) => (isTd ? (index === 0 ? 'MRTD' : `RTMR${index - 1}`) : index > 23 ? '–' : `PCR ${index}`);
