import {
  type DcapClaims,
  DcapVerifier,
  type Result,
  type TokenOptions,
  type TokenPreparation,
  TokenVerifier,
  type Verification,
  VeriquoteError,
  init,
  inspect,
  tryVerifyDcap,
  verifyDcap,
  verifyDcapAsync,
  verifyNvgpu,
  verifyToken,
  verifyTpm,
} from 'veriquote';
import * as dcap from 'veriquote/dcap';
import * as jwt from 'veriquote/jwt';
import { initSync } from 'veriquote/slim';
import * as native from 'veriquote-node';

export async function sample(quote: Uint8Array, collateral: object, token: string, jwks: string): Promise<string> {
  await init();
  await init(new URL('https://example.org/veriquote.wasm'));
  initSync(new Uint8Array());
  const at = new Date();
  const result = verifyDcap({ quote, collateral: [collateral], options: { at, report_data: '00'.repeat(64) } });
  const accepted: true = result.accepted;
  const text: string = result.json;
  const either: Result<Verification<DcapClaims>> = tryVerifyDcap({ quote, collateral: [collateral], options: { at: 0 } });
  const claims = either.claims;
  const status: string | undefined = claims?.tcb.status;
  const any: Result<Verification> = either;
  const machine = any.claims && 'machine' in any.claims ? any.claims.machine.tee : undefined;
  console.log(machine, readme(quote, collateral), sub(token, { jwks, options: tokenOptions(at) }));
  const options = tokenOptions(at);
  verifyToken({ token, jwks, options });
  jwt.verifyToken({ token, jwks, options });
  native.verifyToken({ token, jwks, options });
  new TokenVerifier({ jwks, options }).verify(token, { at, nonce: { among: 'challenge' } });
  const verifier = new DcapVerifier({ collateral: [collateral], options: { at } });
  const batch: Result<Verification>[] = await verifier.verifyBatch([quote], { at });
  const prepared: DcapVerifier = await DcapVerifier.prepare({ collateral: [collateral], options: { at } });
  const later: true = (await prepared.verifyAsync(quote, { at })).accepted;
  const whole: true = (await verifyDcapAsync({ quote, collateral: [collateral], options: { at } })).accepted;
  const alone: dcap.DcapVerifier = await dcap.DcapVerifier.prepare({ collateral: [collateral], options: { at } });
  const same: true = alone.verify(quote, { at }).accepted;
  const family: string = dcap.platformOfQuote(quote).fmspc;
  const tried: boolean = (await jwt.tryVerifyTokenAsync({ token, jwks, options })).accepted;
  const file = inspect(quote);
  const version: number | undefined = file.kind === 'quote' ? file.version : undefined;
  try {
    verifier.verify(quote, { at });
  } catch (error) {
    if (error instanceof VeriquoteError) {
      switch (error.code) {
        case 'dcap.quote.signature':
          return `${error.kind} ${error.field} ${error.offset ?? ''} ${error.hint}`;
      }
      const stale: boolean = error.kind === 'stale';
      return String(stale);
    }
    throw error;
  }
  return `${accepted} ${text} ${status} ${batch.length} ${version} ${later} ${whole} ${same} ${family} ${tried}`;
}

/** What the README prints. */
function readme(quote: Uint8Array, collateral: object): string {
  const { claims } = verifyDcap({ quote, collateral: [collateral], options: { at: new Date() } });
  return `${claims.tee} ${claims.tcb.status}`;
}

/** What the quickstarts read of the other kinds. */
function sub(token: string, preparation: TokenPreparation): string {
  const { claims } = new TokenVerifier(preparation).verify(token, { at: new Date() });
  const { ak, boot } = verifyTpm({ quote: token, signature: token, ak: token, options: { at: 0, nonce: '00' } }).claims;
  const { devices } = verifyNvgpu({ evidence: token, options: { at: 0, nonce: '00' } }).claims;
  return `${claims.payload.sub} ${claims.valid_until} ${ak.route} ${boot?.events.length} ${devices.length}`;
}

function tokenOptions(at: Date): TokenOptions {
  return {
    at,
    expect: {
      algorithms: { one_of: ['ES256'] },
      typ: 'not_checked',
      issuer: { is: 'https://issuer.example' },
      audience: { is: 'me' },
      subject: 'not_checked',
      nonce: { only: 'challenge' },
      profile: 'not_checked',
      expiry: 'required',
      max_age: { is: 300 },
      max_lifetime: 'not_checked',
      leeway: 10,
      required_claims: [],
    },
  };
}

/** Each of these must be a mistake. */
export function mistakes(quote: Uint8Array, collateral: object): void {
  const at = new Date();
  // @ts-expect-error: a misspelt option
  verifyDcap({ quote, collateral: [collateral], options: { at, report_dta: '00' } });
  // @ts-expect-error: no time
  verifyDcap({ quote, collateral: [collateral], options: {} });
  // @ts-expect-error: no list
  verifyDcap({ quote, collateral, options: { at } });
  // @ts-expect-error: quotes are not numbers
  verifyDcap({ quote: 1, collateral: [collateral], options: { at } });
  // @ts-expect-error: there is no such profile
  verifyDcap({ quote, collateral: [collateral], options: { at, profile: 'lenient' } });
  // @ts-expect-error: prepared collateral is asked for the time
  new DcapVerifier({ collateral: [collateral], options: { at } }).verify(quote, {});
  // @ts-expect-error: only veriquote makes errors
  new VeriquoteError();
  // @ts-expect-error: results do not change
  verifyDcap({ quote, collateral: [collateral], options: { at } }).accepted = true;
  // @ts-expect-error: a quote's claims are not a token's
  verifyDcap({ quote, collateral: [collateral], options: { at } }).claims.payload;
  // @ts-expect-error: what is not known to be accepted may have no claims
  tryVerifyDcap({ quote, collateral: [collateral], options: { at } }).claims.tee;
  // @ts-expect-error: a result that is only promised
  verifyDcapAsync({ quote, collateral: [collateral], options: { at } }).accepted;
  // @ts-expect-error: the token package has no quotes
  jwt.verifyDcap({ quote, collateral: [collateral], options: { at } });
  // @ts-expect-error: the package of quotes has no tokens
  dcap.verifyToken;
  // @ts-expect-error: the package of quotes has no TPMs
  dcap.verifyTpm;
  // @ts-expect-error: slim loads nothing by itself
  import('veriquote/slim').then(({ init }) => init());
}
