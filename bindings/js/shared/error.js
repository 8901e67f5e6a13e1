/** Why evidence was not accepted, or a call not made. `docs/errors.md` has every code. */
export class VeriquoteError extends Error {
  constructor(problem, result, checks = result?.checks ?? []) {
    super(`${problem.code}: ${problem.message}${problem.part ? ` (${problem.part})` : ''}`);
    this.problem = problem;
    hide(this, 'result', result);
    hide(this, 'checks', checks);
  }

  get code() {
    return this.problem.code;
  }

  get kind() {
    return this.problem.kind;
  }

  get part() {
    return this.problem.part;
  }

  get field() {
    return this.problem.part;
  }

  get offset() {
    return this.problem.offset;
  }

  get help() {
    return this.problem.help;
  }

  get hint() {
    return this.problem.help;
  }

  get facts() {
    return this.problem.facts;
  }

  toJSON() {
    return this.problem;
  }
}
Object.defineProperty(VeriquoteError.prototype, 'name', { value: 'VeriquoteError', configurable: true, writable: true });

/** A call that JavaScript's values cannot say. */
export function misuse(part, message, help, code = 'misuse.options') {
  return new VeriquoteError({ code, kind: 'misuse', part, message, offset: null, help, facts: {} });
}

/** A member that is there, and that neither loops nor `JSON.stringify` show. */
export function hide(object, name, value) {
  Object.defineProperty(object, name, { value, configurable: true, writable: true });
}
