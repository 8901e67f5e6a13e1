import { useState } from 'preact/hooks';
import type { BindingResult } from 'veriquote';
import { useWords } from '../i18n/index.ts';
import { bind } from '../model/core.ts';
import { dcapOf } from '../model/facts.ts';
import { toHex } from '../model/session.ts';
import { Section } from './parts.tsx';
import type { Shown } from './result.tsx';

/** Which mode, or which mistake, lies behind report data. */
export function Binding({ shown }: { shown: Shown | undefined }) {
  const { binding: words } = useWords();
  const ofEvidence = (shown && (dcapOf(shown.run.result)?.report as { report_data?: string } | undefined)?.report_data) ?? '';
  const [reportData, setReportData] = useState(ofEvidence);
  const [data, setData] = useState('');
  const [form, setForm] = useState<'text' | 'hex'>('text');
  const [nonce, setNonce] = useState({ value: '', issuedAt: '' });
  const [found, setFound] = useState<BindingResult | string | undefined>(undefined);
  const bare = (hex: string) => hex.replaceAll(/\s/g, '');
  const detect = (event: Event) => {
    event.preventDefault();
    const hex = form === 'hex' ? bare(data) : toHex(new TextEncoder().encode(data));
    setFound(bind({
      report_data: bare(reportData), data: hex,
      ...(nonce.value ? { nonce_value: bare(nonce.value) } : {}), ...(nonce.issuedAt ? { nonce_issued_at: bare(nonce.issuedAt) } : {}),
    }));
  };
  const fromFile = async (event: Event) => {
    const file = (event.currentTarget as HTMLInputElement).files?.[0];
    if (!file) return;
    setForm('hex');
    setData(toHex(new Uint8Array(await file.arrayBuffer())));
  };
  return (
    <Section id="binding" head={words.head}>
      <p class="quiet">{words.lead}</p>
      <form class="binding" onSubmit={detect}>
        <label for="report-data-hex">{words.reportData}</label>
        <textarea id="report-data-hex" class="code" rows={3} spellcheck={false} required value={reportData} onInput={(event) => setReportData(event.currentTarget.value)} />
        {ofEvidence && ofEvidence !== reportData && <button type="button" onClick={() => setReportData(ofEvidence)}>{words.take}</button>}
        <label for="bound-data">{words.data}</label>
        <textarea id="bound-data" class="code" rows={4} spellcheck={false} value={data} onInput={(event) => setData(event.currentTarget.value)} />
        <div class="row">
          <label for="bound-form">{words.as}</label>
          <select id="bound-form" value={form} onChange={(event) => setForm(event.currentTarget.value as 'text' | 'hex')}>
            <option value="text">{words.text}</option>
            <option value="hex">{words.hex}</option>
          </select>
          <label for="bound-file">{words.fromFile}</label>
          <input id="bound-file" type="file" onChange={(event) => void fromFile(event)} />
        </div>
        <div class="row wide">
          <div class="field"><label for="nonce-value">{words.nonceValue}</label><input id="nonce-value" type="text" spellcheck={false} autocomplete="off" value={nonce.value} onInput={(event) => setNonce({ ...nonce, value: event.currentTarget.value })} /></div>
          <div class="field"><label for="nonce-issued">{words.issuedAt}</label><input id="nonce-issued" type="text" spellcheck={false} autocomplete="off" value={nonce.issuedAt} onInput={(event) => setNonce({ ...nonce, issuedAt: event.currentTarget.value })} /></div>
        </div>
        <button type="submit" class="primary">{words.detect}</button>
      </form>
      <div role="status">{found !== undefined && <Found found={found} />}</div>
    </Section>
  );
}

function Found({ found }: { found: BindingResult | string }) {
  const { binding: words } = useWords();
  if (typeof found === 'string') return <p class="bad" lang="en">{found}</p>;
  if (found.error && found.detections.length === 0 && found.error.kind === 'misuse') return <p class="bad" lang="en">{found.error.message} <code>{found.error.code}</code></p>;
  return (
    <>
      <p class={found.bound ? 'good' : 'bad'}><strong>{found.bound ? words.bound : words.notBound}</strong></p>
      {found.detections.length === 0 && !found.bound && <p>{words.none}</p>}
      <ul class="detections">
        {found.detections.map(({ mode, exact, mistakes }) => (
          <li class={exact ? 'exact' : ''}>
            <code>{mode}</code> {exact ? words.exact : `${words.mistakes}: `}
            {!exact && <span lang="en">{mistakes.join('; ')}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}
