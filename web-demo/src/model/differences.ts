// Two results, claim by claim.

export interface Difference {
  readonly path: string;
  readonly first: unknown;
  readonly second: unknown;
}

/** Leaves that differ, in the order of the first; and how many are equal. */
export function differences(first: unknown, second: unknown): { readonly different: Difference[]; readonly equal: number } {
  const [one, other] = [leaves(first), leaves(second)];
  const paths = new Set([...one.keys(), ...other.keys()]);
  const all = [...paths].map((path) => ({ path, first: one.get(path), second: other.get(path) }));
  const different = all.filter(({ first, second }) => first !== second);
  return { different, equal: all.length - different.length };
}

function leaves(value: unknown, path = '', found = new Map<string, unknown>()): Map<string, unknown> {
  if (typeof value !== 'object' || value === null) return found.set(path, value);
  const entries = Object.entries(value);
  if (entries.length === 0) return found.set(path, Array.isArray(value) ? '[]' : '{}');
  for (const [name, member] of entries) {
    leaves(member, Array.isArray(value) ? `${path}[${name}]` : path ? `${path}.${name}` : name, found);
  }
  return found;
}
