// A report that needs nothing but itself: evidence, verifier and this page's own views in one HTML file.
import type { Language } from '../i18n/index.ts';
import { fetched } from './open.ts';
import type { Run } from './core.ts';

/** What stands in the file as JSON. */
export interface Recorded {
  readonly call: Run['call'];
  readonly request: Run['request'];
  /** The text of the result when the report was made. */
  readonly answer: string;
  readonly made: string;
  readonly language: Language;
}

export async function reportOf(run: Run, sentence: string, note: string, language: Language, wasm: string): Promise<string> {
  const [script, style, verifier] = await Promise.all([
    fetched('report/report.js').then((response) => response.text()),
    fetched('report/report.css').then((response) => response.text()),
    fetched(wasm).then((response) => packed(response)),
  ]);
  const recorded: Recorded = { call: run.call, request: run.request, answer: run.result.json, made: new Date().toISOString(), language };
  const code = script.replaceAll('</script', '<\\/script');
  const policy = [
    "default-src 'none'",
    `script-src '${await hash(code)}' 'wasm-unsafe-eval'`,
    `style-src '${await hash(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>veriquote: ${escaped(sentence)}</title>
<style>${style}</style>
</head>
<body>
<div id="report"><main class="report"><h1>veriquote</h1><p class="sentence">${escaped(sentence)}</p><p>${escaped(recorded.made)}</p><p>${escaped(note)}</p></main></div>
<script type="application/json" id="recorded">${JSON.stringify(recorded).replaceAll('<', '\\u003c')}</script>
<script type="text/plain" id="verifier">${verifier}</script>
<script type="module">${code}</script>
</body>
</html>
`;
}

/** gzip, then base64. */
async function packed(response: Response): Promise<string> {
  if (!response.body) throw new Error('no body');
  const squeezed = response.body.pipeThrough(new CompressionStream('gzip'));
  const bytes = new Uint8Array(await new Response(squeezed).arrayBuffer());
  return base64(bytes);
}

export async function unpacked(text: string): Promise<ArrayBuffer> {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
}

async function hash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return `sha256-${base64(new Uint8Array(digest))}`;
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let from = 0; from < bytes.length; from += 0x8000) text += String.fromCharCode(...bytes.subarray(from, from + 0x8000));
  return btoa(text);
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
