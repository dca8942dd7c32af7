/** Serves a built site on this machine with the headers that shared memory needs. */
import { ROOT, RunError } from './commands.mjs';

const HOST = 'localhost';

/**
 * Serves the built app; the next free port where the wanted one is taken.
 * @param {number} port
 */
export function serveApp(port) {
  return serve({ root: ROOT, preview: { port, host: HOST } });
}

/**
 * @param {import('vite').InlineConfig} config
 * @returns {Promise<{ address: string, close: () => Promise<void> }>} the address ends with a slash
 */
export async function serve(config) {
  const { preview } = await import('vite');
  const server = await preview({ ...config, logLevel: 'error' });
  const address = server.resolvedUrls?.local[0];
  if (address === undefined) throw new RunError('The server started without an address. Try another --port.');
  return { address, close: () => server.close() };
}
