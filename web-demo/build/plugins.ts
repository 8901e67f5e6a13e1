// What the build makes beside the page: its policy, the report's script, the service worker.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { build, type Plugin, type Rolldown } from 'vite';

const here = import.meta.dirname;

/** The policy of `headers.json` in the page itself, for hosts that send no headers. */
export function contentPolicy(): Plugin {
  const headers = JSON.parse(readFileSync(join(here, '../headers.json'), 'utf8')) as Record<string, string>;
  const policy = (headers['Content-Security-Policy'] ?? '').replace(/; frame-ancestors [^;]+/, '');
  return {
    name: 'content-policy',
    apply: 'build',
    transformIndexHtml: () => [{ tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: policy }, injectTo: 'head-prepend' }],
  };
}

/** `report/report.js` and `.css`: one script that a report holds in itself. */
export function reportScript(): Plugin {
  return {
    name: 'report-script',
    apply: 'build',
    async generateBundle() {
      const made = await build({
        configFile: false,
        logLevel: 'warn',
        publicDir: false,
        build: {
          write: false,
          target: 'es2022',
          lib: { entry: join(here, '../src/report/main.tsx'), formats: ['es'], fileName: 'report', cssFileName: 'report' },
          rolldownOptions: { output: { codeSplitting: false } },
        },
      });
      const outputs = (Array.isArray(made) ? made : [made]) as Rolldown.RolldownOutput[];
      for (const file of outputs.flatMap(({ output }) => output)) {
        const source = file.type === 'chunk' ? file.code : file.source;
        this.emitFile({ type: 'asset', fileName: `report/report.${file.type === 'chunk' ? 'js' : 'css'}`, source });
      }
    },
  };
}

/** `sw.js`, once all other files are there. */
export function serviceWorker(): Plugin {
  let out = '';
  return {
    name: 'service-worker',
    apply: 'build',
    configResolved(config) {
      out = join(config.root, config.build.outDir);
    },
    closeBundle() {
      const files = readdirSync(out, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name !== 'sw.js')
        .map((entry) => relative(out, join(entry.parentPath, entry.name)).split(sep).join('/'))
        .sort();
      const digest = createHash('sha256');
      for (const file of files) digest.update(file).update(readFileSync(join(out, file)));
      const isShell = (file: string) => !/^(samples|report)\/|\/(zh|ja)-/.test(file) && file !== 'index.html';
      const text = readFileSync(join(here, 'service-worker.js'), 'utf8')
        .replace('/* FILES */ []', JSON.stringify(files.filter((file) => file !== 'index.html')))
        .replace('/* SHELL */ []', JSON.stringify(['./', ...files.filter(isShell)]))
        .replace('/* VERSION */', digest.digest('hex').slice(0, 16));
      writeFileSync(join(out, 'sw.js'), text);
    },
  };
}
