// The same in every runtime: valid evidence is accepted, a changed byte is not; at once and by WebCrypto.
export async function check(veriquote, evidence) {
  const { TokenVerifier, VeriquoteError, verifyDcap, verifyDcapAsync, verifyToken, verifyTokenAsync } = veriquote;
  const refuses = async (calls, request, code) => {
    for (const call of calls) {
      let result;
      try {
        result = await call(request);
      } catch (error) {
        if (error instanceof VeriquoteError && error.code === code) continue;
        throw error;
      }
      throw new Error(`${code}: ${result.json}`);
    }
  };
  const same = (one, other, what) => {
    if (!one.accepted || one.json !== other.json) throw new Error(`${what} is valid`);
  };
  if (verifyToken) {
    const { token, ...preparation } = evidence.token;
    const accepted = verifyToken(evidence.token);
    const { at } = preparation.options;
    const tokens = new TokenVerifier(preparation);
    same(accepted, await verifyTokenAsync(evidence.token), 'the token');
    same(accepted, tokens.verify(token, { at }), 'the token');
    same(accepted, await tokens.verifyAsync(token, { at }), 'the token');
    const calls = [verifyToken, verifyTokenAsync];
    await refuses(calls, { ...evidence.token, token: `${token.slice(0, -8)}AAAAAAAA` }, 'jwt.signature');
    await refuses(calls, { ...evidence.token, tokn: token }, 'misuse.options');
  }
  if (verifyDcap) {
    const { quote, ...collateral } = evidence.quote;
    const result = verifyDcap(evidence.quote);
    if (result.claims.tcb.status !== 'UpToDate') throw new Error('the quote is up to date');
    if (JSON.stringify(JSON.parse(result.json)) !== JSON.stringify(result)) throw new Error('another text');
    same(result, await verifyDcapAsync(evidence.quote), 'the quote');
    const quotes = await veriquote.DcapVerifier.prepare(collateral);
    same(result, await quotes.verifyAsync(quote, { at: collateral.options.at }), 'the quote');
    const spoilt = `${quote.slice(0, 200)}${quote[200] === '0' ? '1' : '0'}${quote.slice(201)}`;
    await refuses([verifyDcap, verifyDcapAsync], { ...evidence.quote, quote: spoilt }, 'dcap.quote.signature');
  }
  return 'all as expected';
}
