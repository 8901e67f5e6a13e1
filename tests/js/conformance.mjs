// Gives every case to a package, and compares with what the facade answered in Rust, byte for byte.

/**
 * What is wrong, case by case; empty when nothing is. `lines` are those of write-answers; a package of some kinds of
 * evidence alone is given the cases of those.
 */
export async function compare(veriquote, lines) {
  const wrong = [];
  const count = { cases: 0, objects: 0, async: 0 };
  for (const line of lines) {
    const { id, call, request, answer, expected } = line;
    if (!veriquote.callJson && !veriquote[TRY[call]]) continue;
    count.cases += 1;
    if (veriquote.callJson && veriquote.callJson(call, request) !== answer) {
      wrong.push(`${id}: other JSON`);
      continue;
    }
    if (Object.hasOwn(THROW, call)) {
      count.async += 1;
      if ((await later(veriquote, call, request)) !== answer) wrong.push(`${id}: other JSON, asynchronously`);
    }
    const given = asObject(veriquote, call, request);
    if (given === undefined) continue;
    count.objects += 1;
    if (given.json !== answer) wrong.push(`${id}: as an object, other JSON`);
    const verdict = short(given, expected);
    if (expected !== null && JSON.stringify(verdict) !== JSON.stringify(expected)) {
      wrong.push(`${id}: must be ${JSON.stringify(expected)}, is ${JSON.stringify(verdict)}`);
    }
    const thrown = throws(veriquote, call, request);
    if (thrown !== undefined && thrown !== refusal(given)) wrong.push(`${id}: throws ${thrown}`);
  }
  return { wrong, ...count };
}

/** The last line of a run. */
export const summary = ({ wrong, cases, objects, async }, seconds) =>
  `${cases - wrong.length} passed, ${wrong.length} failed: ${cases} cases, ${async} of them also asynchronously, ` +
  `${objects} as objects, ${seconds.toFixed(1)} s`;

const TRY = {
  verify_dcap: 'tryVerifyDcap',
  verify_tpm: 'tryVerifyTpm',
  verify_nvgpu: 'tryVerifyNvgpu',
  verify_composite: 'tryVerifyComposite',
  verify_token: 'tryVerifyToken',
  show_token: 'showToken',
  binding: 'binding',
};

const THROW = { verify_dcap: 'verifyDcap', verify_tpm: 'verifyTpm', verify_nvgpu: 'verifyNvgpu', verify_composite: 'verifyComposite', verify_token: 'verifyToken' };

const later = async (veriquote, call, request) =>
  veriquote.callJsonAsync ? veriquote.callJsonAsync(call, request) : (await veriquote[`${TRY[call]}Async`](JSON.parse(request))).json;

function asObject(veriquote, call, request) {
  const method = veriquote[TRY[call]];
  return method?.(JSON.parse(request));
}

/** The code that the throwing form throws; empty when it gives a result. */
function throws(veriquote, call, request) {
  const method = veriquote[THROW[call]];
  if (!method) return undefined;
  try {
    const result = method(JSON.parse(request));
    return result.verified && result.accepted ? '' : 'nothing, though it is not accepted';
  } catch (error) {
    return error instanceof veriquote.VeriquoteError ? error.code : String(error);
  }
}

const refusal = (result) => (result.accepted ? '' : result.error.code);

/** The verdict in the form of `expected`, from the result alone. */
function short(result, expected) {
  const { error, claims } = result;
  if (expected === null || expected.result === undefined) return expected;
  if (expected.claims && result.verified) {
    const named = Object.keys(expected.claims).map((pointer) => [pointer, at(claims, pointer)]);
    const rest = { claims: Object.fromEntries(named) };
    return result.accepted ? { result: 'accepted', ...rest } : { result: 'rejected', rules: broken(result), ...rest };
  }
  if (result.accepted === undefined && !error) return expected;
  if (result.accepted && expected.status !== undefined) {
    return { result: 'accepted', status: claims.tcb.status, advisories: claims.tcb.advisories };
  }
  if (result.accepted) return { result: 'accepted' };
  if (error?.kind === 'rejected' && expected.result === 'rejected') {
    return { result: 'rejected', code: error.code, rules: broken(result) };
  }
  return { result: 'refused', code: error.code, part: error.part };
}

const broken = ({ appraisal }) =>
  (appraisal?.findings ?? []).filter(({ outcome }) => outcome === 'violated').map(({ rule }) => rule);

const at = (value, pointer) =>
  pointer.split('/').slice(1).reduce((inner, name) => inner?.[name.replaceAll('~1', '/').replaceAll('~0', '~')], value) ?? null;
