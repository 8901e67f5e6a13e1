import { useWords } from '../i18n/index.ts';
import { inspect } from '../model/core.ts';
import { partOf } from '../model/session.ts';
import { Hex, isHex } from './parts.tsx';
import type { Shown } from './result.tsx';

/** What authentic evidence says; otherwise what the files say, marked. */
export function Claims({ run, session }: Shown) {
  const { claims } = useWords();
  // Header and payload of a token have a view of their own.
  const hidden = partOf(session, 'token') ? [...HIDDEN, 'header', 'payload'] : HIDDEN;
  if (run.result.claims) return <Tree value={run.result.claims} hidden={hidden} />;
  return (
    <>
      <p class="quiet">{claims.none}</p>
      {session.parts.slice(0, 1).map(({ value }) => (
        <Unverified value={value} />
      ))}
    </>
  );
}

/** What a file says, of which nothing was verified. */
export function Unverified({ value }: { value: string | object }) {
  const { claims } = useWords();
  const inspection = inspect(value);
  return (
    <div class="unverified">
      <p class="stamp">{claims.unverified}</p>
      {typeof inspection === 'string' ? <p lang="en">{inspection}</p> : <Tree value={inspection} hidden={HIDDEN} depth={1} />}
    </div>
  );
}

/** Shown in a view of their own. */
const HIDDEN = ['events', 'event_log', 'nvidia', 'expiries', 'kind'];

export function Tree({ value, hidden = [], depth = 0 }: { value: unknown; hidden?: readonly string[]; depth?: number }) {
  const { claims } = useWords();
  if (Array.isArray(value)) return <List values={value} hidden={hidden} depth={depth} />;
  if (typeof value !== 'object' || value === null) return <Leaf value={value} />;
  const entries = Object.entries(value).filter(([name, member]) => !hidden.includes(name) && member !== null && member !== undefined);
  if (entries.length === 0) return <span class="quiet">{claims.empty}</span>;
  const leaves = entries.filter(([, member]) => !isBranch(member));
  const branches = entries.filter(([, member]) => isBranch(member));
  return (
    <div class="tree">
      {leaves.length > 0 && (
        <dl class="claims">
          {leaves.map(([name, member]) => (
            <div class="claim">
              <dt>{name}</dt>
              <dd>
                <Tree value={member} hidden={hidden} depth={depth + 1} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      {branches.map(([name, member]) => (
        <details class="branch" open={depth < 1 || small(member)}>
          <summary>
            {name}
            {Array.isArray(member) && <span class="quiet"> {member.length}</span>}
          </summary>
          <Tree value={member} hidden={hidden} depth={depth + 1} />
        </details>
      ))}
    </div>
  );
}

function List({ values, hidden, depth }: { values: readonly unknown[]; hidden: readonly string[]; depth: number }) {
  const { claims } = useWords();
  if (values.length === 0) return <span class="quiet">{claims.empty}</span>;
  const shown = values.slice(0, LONGEST);
  const rest = values.length - shown.length;
  return (
    <ul class={values.some(isBranch) ? 'items' : 'chips'}>
      {shown.map((value) => (
        <li>
          <Tree value={value} hidden={hidden} depth={depth + 1} />
        </li>
      ))}
      {rest > 0 && <li class="quiet">{claims.more(rest)}</li>}
    </ul>
  );
}

const LONGEST = 200;

function Leaf({ value }: { value: unknown }) {
  if (typeof value === 'string') {
    if (/^0+$/.test(value) && value.length >= 16) return <code class="hex zero">{`00 × ${value.length / 2}`}</code>;
    return isHex(value) ? <Hex value={value} /> : <span class="text">{value}</span>;
  }
  return <span class={`literal ${typeof value}`}>{String(value)}</span>;
}

const isBranch = (value: unknown) => typeof value === 'object' && value !== null && (!Array.isArray(value) || value.some((item) => typeof item === 'object' && item !== null));

const small = (value: unknown) => JSON.stringify(value).length < 400;
