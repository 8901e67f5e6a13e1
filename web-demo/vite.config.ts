import { defineConfig } from 'vite';
import { compressed } from './build/compressed.ts';
import { contentPolicy, reportScript, serviceWorker } from './build/plugins.ts';

export default defineConfig({
  // The page may lie below any path.
  base: './',
  build: { target: 'es2022', modulePreload: { polyfill: false }, assetsInlineLimit: 0, reportCompressedSize: true },
  plugins: [contentPolicy(), reportScript(), serviceWorker(), compressed()],
});
