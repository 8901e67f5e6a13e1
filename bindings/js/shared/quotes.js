import { batchOf, evidence, requestBytes, text } from './request.js';
import { accepted, answered, freed, made, result } from './result.js';
import { ask, settled } from './webcrypto.js';

/** The calls about quotes of SGX and TDX, over `native()`. */
export function quotes(native) {
  const tryVerifyDcap = (request) => result(native().verifyDcap(requestBytes(request, 'request')));
  const tryVerifyDcapAsync = async (request) => settled(native().deferDcap(requestBytes(request, 'request')));

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
      return result(this.#live.verify(evidence(quote, 'quote'), requestBytes(call, 'call')));
    }

    async verifyAsync(quote, call) {
      return accepted(await this.tryVerifyAsync(quote, call));
    }

    async tryVerifyAsync(quote, call) {
      return settled(this.#live.deferVerify(evidence(quote, 'quote'), requestBytes(call, 'call')));
    }

    async verifyBatch(quotes, call) {
      const given = requestBytes(call, 'call');
      const list = batchOf(quotes, 'quotes');
      return (await batch(() => this.#live, list, given)).map(result);
    }

    free() {
      this.#prepared?.free?.();
      this.#prepared = undefined;
    }

    get #live() {
      return this.#prepared ?? freed();
    }
  }
  if (Symbol.dispose) DcapVerifier.prototype[Symbol.dispose] = DcapVerifier.prototype.free;

  return {
    DcapVerifier,
    tryVerifyDcap,
    verifyDcap: (request) => accepted(tryVerifyDcap(request)),
    tryVerifyDcapAsync,
    verifyDcapAsync: async (request) => accepted(await tryVerifyDcapAsync(request)),
    platformOfQuote: (quote) => answered(result(native().platformOfQuote(evidence(quote, 'quote')))),
    platformOfPck: (pem) => answered(result(native().platformOfPck(text(pem, 'pem')))),
    pckReferenceOfQuote(quote) {
      return answered(result(native().pckReferenceOfQuote(evidence(quote, 'quote'))));
    },
  };
}

/** Collateral that was prepared, for the constructor of its verifier. */
class Ready {
  constructor(prepared) {
    this.prepared = prepared;
  }
}

/** Off the event loop where there are threads; otherwise in turns with whatever else waits. */
async function batch(live, quotes, call) {
  const prepared = live();
  if (prepared.verifyBatch) return prepared.verifyBatch(quotes, call);
  const results = [];
  for (const quote of quotes) {
    results.push(live().verify(quote, call));
    if (results.length % TURN === 0) await new Promise((resume) => setTimeout(resume));
  }
  return results;
}

/** Some tens of milliseconds. */
const TURN = 16;
