import { accepted, freed, made, result } from './result.js';
import { requestBytes, text } from './request.js';
import { settled } from './webcrypto.js';

/** The calls about tokens, over `native()`. */
export function tokens(native) {
  const tryVerifyToken = (request) => result(native().verifyToken(requestBytes(request, 'request')));
  const tryVerifyTokenAsync = async (request) => settled(native().deferToken(requestBytes(request, 'request')));

  class TokenVerifier {
    #prepared;

    constructor(preparation) {
      const given = requestBytes(preparation, 'preparation');
      const { PreparedTokens } = native();
      this.#prepared = made(() => new PreparedTokens(given));
    }

    verify(token, call) {
      return accepted(this.tryVerify(token, call));
    }

    tryVerify(token, call) {
      return result(this.#live.verify(text(token, 'token'), requestBytes(call, 'call')));
    }

    async verifyAsync(token, call) {
      return accepted(await this.tryVerifyAsync(token, call));
    }

    async tryVerifyAsync(token, call) {
      return settled(this.#live.deferVerify(text(token, 'token'), requestBytes(call, 'call')));
    }

    verifyBundle(bundle, call) {
      return accepted(this.tryVerifyBundle(bundle, call));
    }

    tryVerifyBundle(bundle, call) {
      return result(this.#live.verifyBundle(text(bundle, 'bundle'), requestBytes(call, 'call')));
    }

    async verifyBundleAsync(bundle, call) {
      return accepted(await this.tryVerifyBundleAsync(bundle, call));
    }

    async tryVerifyBundleAsync(bundle, call) {
      return settled(this.#live.deferBundle(text(bundle, 'bundle'), requestBytes(call, 'call')));
    }

    free() {
      this.#prepared?.free?.();
      this.#prepared = undefined;
    }

    get #live() {
      return this.#prepared ?? freed();
    }
  }
  if (Symbol.dispose) TokenVerifier.prototype[Symbol.dispose] = TokenVerifier.prototype.free;

  return {
    TokenVerifier,
    tryVerifyToken,
    verifyToken: (request) => accepted(tryVerifyToken(request)),
    tryVerifyTokenAsync,
    verifyTokenAsync: async (request) => accepted(await tryVerifyTokenAsync(request)),
    showToken: (request) => result(native().showToken(requestBytes(request, 'request'))),
  };
}
