/**
 * Serves what the browser tests open, on free ports: the built app and the test pages. Playwright starts it and reads
 * the addresses from the line it prints.
 */
import './node-version.mjs';
import { buildPages, servePages } from '../pages/build-pages.mjs';
import { buildAppIfChanged } from './build.mjs';
import { runMain } from './commands.mjs';
import { serveApp } from './preview.mjs';

await runMain(async () => {
  await buildAppIfChanged();
  await buildPages();
  const [app, pages] = await Promise.all([serveApp(0), servePages()]);
  console.log(`Serving the app at ${app.address} and the test pages at ${pages.address}`);
});
