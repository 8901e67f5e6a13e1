import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useWords } from '../i18n/index.ts';
import { ROLES, shortRole } from '../model/roles.ts';
import { assemble, placed, without, type Loose, type Part, type Session } from '../model/session.ts';
import { Unverified } from './claims.tsx';
import { save } from './parts.tsx';

interface Props {
  readonly session: Session;
  readonly onChange: (session: Session) => void;
}

/** What the visitor gave, each in its place of the request. */
export function Files({ session, onChange }: Props) {
  const { files } = useWords();
  const saveCase = () => save('case.json', 'application/json', JSON.stringify({ call: session.call, request: assemble(session) }, null, 2));
  return (
    <section class="card files" aria-labelledby="files-head">
      <h2 id="files-head">{files.head}</h2>
      <ul>
        {session.parts.map((part) => (
          <Row part={part} onRemove={() => onChange(without(session, part))} />
        ))}
        {session.loose.map((file) => (
          <Unplaced file={file} session={session} onChange={onChange} />
        ))}
      </ul>
      {session.call && <button type="button" onClick={saveCase} title={files.saveNote}>{files.save}</button>}
    </section>
  );
}

function Row({ part, onRemove }: { part: Part; onRemove: () => void }) {
  const { files } = useWords();
  const title = roleName(part.role, files.names);
  const size = typeof part.value === 'string' ? part.value.length : JSON.stringify(part.value).length;
  return (
    <li class="file">
      <Lazy content={() => <Unverified value={part.value} />}>
          <span class="file-role">{title}</span>
          {part.name !== part.role.replace('[]', '') && <span class="file-name">{part.name}</span>}
          <span class="file-size">{size < 1000 ? `${size} B` : `${(size / 1000).toFixed(1)} kB`}</span>
      </Lazy>
      <button type="button" class="remove" aria-label={`${files.remove}: ${title}`} onClick={onRemove}>×</button>
    </li>
  );
}

/** Looks into a file only when it is opened. */
function Lazy({ content, children }: { content: () => ComponentChildren; children: ComponentChildren }) {
  const { files } = useWords();
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)} title={files.inside}>
      <summary>{children}</summary>
      {isOpen && content()}
    </details>
  );
}

function Unplaced({ file, session, onChange }: Props & { file: Loose }) {
  const { files } = useWords();
  const roles = session.call ? ROLES[session.call] : [];
  const place = (event: Event) => onChange(placed(session, file, (event.currentTarget as HTMLSelectElement).value));
  return (
    <li class="file unplaced">
      <Lazy content={() => <Unverified value={file.value} />}>
        <span class="file-role">{file.kind ?? files.unplaced}</span>
        <span class="file-name">{file.name}</span>
      </Lazy>
      <button type="button" class="remove" aria-label={`${files.remove}: ${file.name}`} onClick={() => onChange(without(session, file))}>×</button>
      {file.problem && <p class="file-problem" lang="en">{file.problem}</p>}
      {roles.length > 0 && (
        <select aria-label={`${files.useAs} ${file.name}`} onChange={place}>
          <option value="">{files.useAs}</option>
          {roles.map((role) => <option value={role}>{roleName(role, files.names)}</option>)}
        </select>
      )}
    </li>
  );
}

function roleName(role: string, names: Record<string, string>): string {
  const path = shortRole(role).split('.');
  const last = path.at(-1) ?? role;
  const owner = path.length > 1 ? `${path[0]}: ` : '';
  return owner + (names[last] ?? last);
}
