// `node --expose-gc memory.mjs PACKAGE [COUNT [async]]`: memory does not grow with the number of verifications.
import { dcap, token } from './evidence.mjs';

const [name, count = '20000', way = 'sync'] = process.argv.slice(2);
const { DcapVerifier, TokenVerifier, init, ...calls } = await import(name);
await init();
const suffix = { sync: '', async: 'Async' }[way];
const [verify, tryVerifyDcap, verifyToken] = ['verify', 'tryVerifyDcap', 'verifyToken'].map((name) => name + suffix);

const { quote, ...collateral } = dcap();
const { token: text, ...keys } = token();
const quotes = new DcapVerifier(collateral);
const tokens = new TokenVerifier(keys);
const whole = token();
const call = { at: collateral.options.at };
const broken = { quote: quote.slice(0, 800), ...collateral };
const bytes = Uint8Array.from(Buffer.from(quote, 'hex'));

/** What most calls are: prepared; and what may leak: objects that nobody frees, errors, whole calls. */
async function round(number) {
  if (!(await quotes[verify](bytes, call)).accepted) throw new Error('the quote is valid');
  if (number % 8 === 0 && !(await tokens[verify](text, { at: keys.options.at })).accepted) throw new Error('the token is valid');
  if (number % 16 === 0 && (await calls[tryVerifyDcap](broken)).accepted) throw new Error('the quote is cut');
  if (number % 64 === 0) {
    new TokenVerifier(keys);
    await calls[verifyToken](whole);
  }
  if (number % 512 === 0) await quotes.verifyBatch([bytes, bytes], call);
}

const total = Number(count);
const blocks = 10;
const sizes = [];
const started = performance.now();
for (let number = 0; number < total; number += 1) {
  await round(number);
  if ((number + 1) % (total / blocks) === 0) {
    for (let turn = 0; turn < 3; turn += 1) {
      globalThis.gc();
      await new Promise((resume) => setTimeout(resume, 5));
    }
    sizes.push(process.memoryUsage().rss);
  }
}
const seconds = (performance.now() - started) / 1000;
const shown = sizes.map((size) => (size / 2 ** 20).toFixed(0)).join(' ');
// After the first blocks everything has its size; what an engine keeps for itself moves by some megabytes.
const grown = (sizes.at(-1) - Math.max(...sizes.slice(0, 3))) / 2 ** 20;
console.log(`${total} ${way} verifications in ${seconds.toFixed(1)} s; MiB resident after each tenth: ${shown}`);
if (grown > 16) {
  console.log(`grown by ${grown.toFixed(1)} MiB`);
  process.exitCode = 1;
}
