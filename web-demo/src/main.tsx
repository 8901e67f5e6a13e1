import { render } from 'preact';
import { init } from 'veriquote/slim';
import wasm from 'veriquote/veriquote.wasm?url';
import { App } from './app.tsx';
import { preferred, remembered, strings } from './i18n/index.ts';
import './style.css';

const theme = remembered('theme');
if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;

// The verifier loads while the page is drawn.
const loaded = init(fetch(wasm));
const language = preferred();
void strings(language).then((words) => {
  const place = document.getElementById('app');
  if (place) render(<App loaded={loaded} wasm={wasm} language={language} words={words} />, place);
});

if ('serviceWorker' in navigator && import.meta.env.PROD) {
  addEventListener('load', () => void navigator.serviceWorker.register('sw.js'));
}
