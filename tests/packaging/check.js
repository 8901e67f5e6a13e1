// The same in every runtime: valid evidence is accepted, a changed byte is not.
export function check(veriquote, evidence) {
  const { TokenVerifier, VeriquoteError, verifyDcap, verifyToken } = veriquote;
  const refuses = (call, code) => {
    try {
      call();
    } catch (error) {
      if (error instanceof VeriquoteError && error.code === code) return;
      throw error;
    }
    throw new Error(`${code}: accepted`);
  };
  const { token, ...preparation } = evidence.token;
  if (!verifyToken(evidence.token).accepted) throw new Error('the token is valid');
  const { at } = preparation.options;
  if (!new TokenVerifier(preparation).verify(token, { at }).accepted) throw new Error('the token is valid');
  refuses(() => verifyToken({ ...evidence.token, token: `${token.slice(0, -8)}AAAAAAAA` }), 'jwt.signature');
  refuses(() => verifyToken({ ...evidence.token, tokn: token }), 'misuse.options');
  if (verifyDcap) {
    const { quote } = evidence;
    const result = verifyDcap(quote);
    if (result.claims.tcb.status !== 'UpToDate') throw new Error('the quote is up to date');
    if (JSON.stringify(JSON.parse(result.json)) !== JSON.stringify(result)) throw new Error('another text');
    const spoilt = `${quote.quote.slice(0, 200)}${quote.quote[200] === '0' ? '1' : '0'}${quote.quote.slice(201)}`;
    refuses(() => verifyDcap({ ...quote, quote: spoilt }), 'dcap.quote.signature');
  }
  return 'all as expected';
}
