import { useMemo } from 'preact/hooks';
import { useWords } from '../i18n/index.ts';
import { inspect } from '../model/core.ts';
import type { Loose } from '../model/session.ts';
import { Expiries } from './calendar.tsx';
import { Unverified } from './claims.tsx';
import { EventLog } from './event-log.tsx';
import { Section } from './parts.tsx';

/** A file that nothing is to be verified with yet: what it says, as the picture that its kind has. */
export function LooseFile({ file }: { file: Loose }) {
  const { files } = useWords();
  const inspection = useMemo(() => inspect(file.value), [file]);
  if (typeof inspection === 'string') return null;
  if (inspection.kind === 'event_log') return <EventLog log={{ events: inspection.events, registers: [], values: {}, isTd: false, isReplayed: false }} />;
  return (
    <>
      <Section id={`look-${file.name.replaceAll(/\W+/g, '-')}`} head={file.name} aside={<span class="name">{files.inside}</span>}>
        <Unverified value={file.value} />
      </Section>
      {inspection.kind === 'collateral' && <Expiries expiries={inspection.expiries} at={new Date()} />}
    </>
  );
}
