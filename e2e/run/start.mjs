/** `npm start`: from a fresh checkout to the running page, doing only what is still missing. */
import './node-version.mjs';
import { spawn } from 'node:child_process';
import { buildAppIfChanged } from './build.mjs';
import { runMain } from './commands.mjs';
import { readFlags } from './flags.mjs';
import { installMissing } from './install.mjs';
import { serveApp } from './preview.mjs';

const PORT_DEFAULT = 4173;

await runMain(async () => {
  const flags = readFlags('npm start', {
    port: { type: 'port', about: `port to serve on; the next free one if taken (default ${PORT_DEFAULT})` },
    'no-open': { type: 'switch', about: 'do not open the page in a browser' },
  });
  await installMissing();
  await buildAppIfChanged();
  const wanted = flags.port ?? PORT_DEFAULT;
  const server = await serveApp(wanted);
  if (new URL(server.address).port !== String(wanted)) console.log(`Port ${wanted} is taken.`);
  console.log(`\nPlayhouse is running at ${server.address} (Ctrl+C ends it)\n`);
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    // Open pages keep connections alive, which would hold up an orderly close.
    process.once(signal, () => process.exit(0));
  }
  if (flags['no-open'] !== true && hasDesktop()) openBrowser(server.address);
});

function hasDesktop() {
  if (process.env['CI']) return false;
  if (process.platform === 'darwin' || process.platform === 'win32') return true;
  return Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']);
}

/** @param {string} address */
function openBrowser(address) {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', address]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '', address]
        : ['xdg-open', address];
  const child = spawn(/** @type {string} */ (command), args, { stdio: 'ignore', detached: true });
  // The address is on screen anyway: a missing opener is no failure.
  child.on('error', () => {});
  child.unref();
}
