/**
 * Builds and serves the pages of this folder: plain pages with workers, in which browser property tests and benchmarks
 * run. A Vite build of its own, so that nothing of it reaches the app.
 */
import path from 'node:path';
import { CACHE, ROOT, RunError } from '../run/commands.mjs';
import { serve } from '../run/preview.mjs';

const PAGES = ['memory', 'live', 'conformance', 'storage', 'soak', 'bench'];

/** @returns {Promise<import('vite').InlineConfig>} */
async function pagesConfig() {
  const { loadConfigFromFile } = await import('vite');
  const app = await loadConfigFromFile({ command: 'serve', mode: 'production' }, path.join(ROOT, 'vite.config.ts'));
  const headers = app?.config.preview?.headers;
  if (headers === undefined)
    throw new RunError('vite.config.ts has no preview.headers: without them no shared memory.');
  const root = path.join(ROOT, 'e2e', 'pages');
  return {
    root,
    base: './',
    configFile: false,
    logLevel: 'warn',
    preview: { headers },
    worker: { format: 'es' },
    build: {
      target: 'es2022',
      // Stacks of failures stay readable, and benchmarks measure the code as written.
      minify: false,
      outDir: path.join(CACHE, 'pages'),
      emptyOutDir: true,
      rolldownOptions: { input: PAGES.map((name) => path.join(root, `${name}.html`)) },
    },
  };
}

export async function buildPages() {
  const { build } = await import('vite');
  await build(await pagesConfig());
}

/** Serves the pages as they were last built, on a free port. */
export async function servePages() {
  const config = await pagesConfig();
  return serve({ ...config, preview: { ...config.preview, host: 'localhost', port: 0 } });
}
