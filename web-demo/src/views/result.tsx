// Everything that is said about one verification: the page and the report show the same.
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { useWords } from '../i18n/index.ts';
import { inspect, type Run } from '../model/core.ts';
import { provenLog, type Log } from '../model/facts.ts';
import type { Session } from '../model/session.ts';
import { Calendar } from './calendar.tsx';
import { Chain } from './chain.tsx';
import { Checks } from './checks.tsx';
import { Claims } from './claims.tsx';
import { EventLog } from './event-log.tsx';
import { Findings } from './findings.tsx';
import { Section } from './parts.tsx';
import { Verdict } from './verdict.tsx';

export interface Shown {
  readonly run: Run;
  readonly session: Session;
}

/** `after` follows the findings. */
export function ResultView({ run, session, after }: Shown & { after?: ComponentChildren }) {
  return (
    <>
      <Verdict run={run} session={session} />
      <Details run={run} session={session} after={after} />
    </>
  );
}

/** All but the verdict. */
export function Details({ run, session, after }: Shown & { after?: ComponentChildren }) {
  const words = useWords();
  const log = useMemo(() => provenLog(run.result) ?? unproven(session), [run, session]);
  return (
    <>
      <Checks result={run.result} />
      <Section id="claims" head={words.claims.head}>
        <Claims run={run} session={session} />
      </Section>
      {run.result.appraisal && <Findings result={run.result} />}
      {after}
      <Chain run={run} session={session} />
      {log && log.events.length > 0 && <EventLog log={log} />}
      <Calendar run={run} session={session} />
    </>
  );
}

/** What a log says that nothing was replayed for. */
function unproven(session: Session): Log | undefined {
  const part = session.parts.find(({ role }) => role.endsWith('event_log'));
  const inspection = part && inspect(part.value);
  if (!inspection || typeof inspection === 'string' || inspection.kind !== 'event_log') return undefined;
  const isTd = session.call === 'verify_dcap';
  return { events: inspection.events, registers: [], values: {}, isTd, isReplayed: false };
}
