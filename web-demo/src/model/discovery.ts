// OpenID Connect Discovery 1.0, section 4: the one request that leaves the page, and only when it is asked for.

export type Refusal = 'failed' | 'wrongIssuer' | 'bad';

/** The issuer's keys as the text that it served. */
export async function discover(issuer: string): Promise<{ address: string; keys: string } | Refusal> {
  const base = issuer.replace(/\/$/, '');
  if (!isSafe(base)) return 'bad';
  try {
    const document = JSON.parse(await text(`${base}/.well-known/openid-configuration`)) as { issuer?: unknown; jwks_uri?: unknown };
    if (typeof document.issuer !== 'string' || document.issuer.replace(/\/$/, '') !== base) return 'wrongIssuer';
    if (typeof document.jwks_uri !== 'string' || !isSafe(document.jwks_uri)) return 'bad';
    return { address: document.jwks_uri, keys: await text(document.jwks_uri) };
  } catch {
    return 'failed';
  }
}

async function text(address: string): Promise<string> {
  const response = await fetch(address, { credentials: 'omit', referrerPolicy: 'no-referrer', redirect: 'error' });
  if (!response.ok) throw new Error(String(response.status));
  return response.text();
}

/** https; or the page's own origin, for a service on one's own machine. */
function isSafe(address: string): boolean {
  try {
    const url = new URL(address);
    return url.protocol === 'https:' || url.origin === location.origin;
  } catch {
    return false;
  }
}
