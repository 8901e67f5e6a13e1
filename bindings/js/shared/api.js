import { accepted, answered, made, result } from './result.js';
import { evidence, requestBytes, text } from './request.js';
import { misuse } from './error.js';
import { tokens } from './tokens.js';
import { ask, settled } from './webcrypto.js';

/** Every call, over `native()`: the exports of the wasm module or of the N-API module. */
export function api(native) {
  const tryVerifyDcap = (request) => result(native().verifyDcap(requestBytes(request, 'request')));
  const tryVerifyComposite = (request) => result(native().verifyComposite(requestBytes(request, 'request')));
  const tryVerifyNvgpu = (request) => result(native().verifyNvgpu(requestBytes(request, 'request')));
  const tryVerifyTpm = (request) => result(native().verifyTpm(requestBytes(request, 'request')));
  const tryVerifyDcapAsync = async (request) => settled(native().deferDcap(requestBytes(request, 'request')));
  const tryVerifyCompositeAsync = async (request) => settled(native().deferComposite(requestBytes(request, 'request')));
  const tryVerifyNvgpuAsync = async (request) => settled(native().deferNvgpu(requestBytes(request, 'request')));
  const tryVerifyTpmAsync = async (request) => settled(native().deferTpm(requestBytes(request, 'request')));

  class DcapVerifier {
    #prepared;

    constructor(preparation) {
      if (preparation instanceof Ready) {
        this.#prepared = preparation.prepared;
        return;
      }
      const given = requestBytes(preparation, 'preparation');
      const { PreparedDcap } = native();
      this.#prepared = made(() => new PreparedDcap(given));
    }

    static async prepare(preparation) {
      const given = requestBytes(preparation, 'preparation');
      const { PreparedDcap } = native();
      const deferred = PreparedDcap.defer(given);
      await ask(deferred);
      return new DcapVerifier(new Ready(made(() => PreparedDcap.answered(given, deferred))));
    }

    verify(quote, call) {
      return accepted(this.tryVerify(quote, call));
    }

    tryVerify(quote, call) {
      return result(this.#prepared.verify(evidence(quote, 'quote'), requestBytes(call, 'call')));
    }

    async verifyAsync(quote, call) {
      return accepted(await this.tryVerifyAsync(quote, call));
    }

    async tryVerifyAsync(quote, call) {
      return settled(this.#prepared.deferVerify(evidence(quote, 'quote'), requestBytes(call, 'call')));
    }

    async verifyBatch(quotes, call) {
      const given = requestBytes(call, 'call');
      const list = Array.from(quotes, (quote, number) => evidence(quote, `quotes[${number}]`));
      return (await batch(this.#prepared, list, given)).map(result);
    }

    free() {
      this.#prepared.free?.();
    }
  }
  if (Symbol.dispose) DcapVerifier.prototype[Symbol.dispose] = DcapVerifier.prototype.free;

  return {
    ...tokens(native),
    DcapVerifier,
    tryVerifyDcap,
    verifyDcap: (request) => accepted(tryVerifyDcap(request)),
    tryVerifyDcapAsync,
    verifyDcapAsync: async (request) => accepted(await tryVerifyDcapAsync(request)),
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
    platformOfQuote: (quote) => answered(result(native().platformOfQuote(evidence(quote, 'quote')))),
    platformOfPck: (pem) => answered(result(native().platformOfPck(text(pem, 'pem')))),
    pckReferenceOfQuote(quote) {
      return answered(result(native().pckReferenceOfQuote(evidence(quote, 'quote'))));
    },
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

/** Collateral that was prepared, for the constructor of its verifier. */
class Ready {
  constructor(prepared) {
    this.prepared = prepared;
  }
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

/** Off the event loop where there are threads; otherwise in turns with whatever else waits. */
async function batch(prepared, quotes, call) {
  if (prepared.verifyBatch) return prepared.verifyBatch(quotes, call);
  const results = [];
  for (const quote of quotes) {
    results.push(prepared.verify(quote, call));
    if (results.length % TURN === 0) await new Promise((resume) => setTimeout(resume));
  }
  return results;
}

/** Some tens of milliseconds. */
const TURN = 16;
