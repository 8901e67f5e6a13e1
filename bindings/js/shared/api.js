import { misuse } from './error.js';
import { quotes } from './quotes.js';
import { evidence, requestBytes, text } from './request.js';
import { accepted, answered, result } from './result.js';
import { tokens } from './tokens.js';
import { settled } from './webcrypto.js';

/** Every call, over `native()`: the exports of the wasm module or of the N-API module. */
export function api(native) {
  const tryVerifyComposite = (request) => result(native().verifyComposite(requestBytes(request, 'request')));
  const tryVerifyNvgpu = (request) => result(native().verifyNvgpu(requestBytes(request, 'request')));
  const tryVerifyTpm = (request) => result(native().verifyTpm(requestBytes(request, 'request')));
  const tryVerifyCompositeAsync = async (request) => settled(native().deferComposite(requestBytes(request, 'request')));
  const tryVerifyNvgpuAsync = async (request) => settled(native().deferNvgpu(requestBytes(request, 'request')));
  const tryVerifyTpmAsync = async (request) => settled(native().deferTpm(requestBytes(request, 'request')));

  return {
    ...quotes(native),
    ...tokens(native),
    tryVerifyComposite,
    verifyComposite: (request) => accepted(tryVerifyComposite(request)),
    tryVerifyCompositeAsync,
    verifyCompositeAsync: async (request) => accepted(await tryVerifyCompositeAsync(request)),
    tryVerifyNvgpu,
    verifyNvgpu: (request) => accepted(tryVerifyNvgpu(request)),
    tryVerifyNvgpuAsync,
    verifyNvgpuAsync: async (request) => accepted(await tryVerifyNvgpuAsync(request)),
    tryVerifyTpm,
    verifyTpm: (request) => accepted(tryVerifyTpm(request)),
    tryVerifyTpmAsync,
    verifyTpmAsync: async (request) => accepted(await tryVerifyTpmAsync(request)),
    learnTpmPolicy(request, name) {
      return answered(result(native().learnTpmPolicy(requestBytes(request, 'request'), text(name, 'name'))));
    },
    makeTpmChallenge: (request) => answered(result(native().makeTpmChallenge(requestBytes(request, 'request')))),
    binding: (request) => result(native().binding(requestBytes(request, 'request'))),
    inspect: (file) => answered(result(native().inspect(evidence(file, 'file')))),
    callJson(call, request) {
      const known = Object.hasOwn(CALLS, call) && CALLS[call];
      if (!known) throw misuse('call', `there is no call of this name`, Object.keys(CALLS).join(', '));
      return native()[known](text(request, 'request'));
    },
    async callJsonAsync(call, request) {
      const known = Object.hasOwn(DEFERRED, call) && DEFERRED[call];
      if (!known) throw misuse('call', `there is no call of this name`, Object.keys(DEFERRED).join(', '));
      return (await settled(native()[known](text(request, 'request')))).json;
    },
  };
}

/** The calls that take and give JSON, by the names that they have in every language. */
const CALLS = {
  binding: 'binding',
  inspect: 'inspect',
  make_tpm_challenge: 'makeTpmChallenge',
  show_token: 'showToken',
  verify_composite: 'verifyComposite',
  verify_dcap: 'verifyDcap',
  verify_nvgpu: 'verifyNvgpu',
  verify_token: 'verifyToken',
  verify_tpm: 'verifyTpm',
};

/** Those of them that verify signatures. */
const DEFERRED = {
  verify_composite: 'deferComposite',
  verify_dcap: 'deferDcap',
  verify_nvgpu: 'deferNvgpu',
  verify_token: 'deferToken',
  verify_tpm: 'deferTpm',
};
