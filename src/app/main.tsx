/** The entry of the page: looks what the browser can do, wires the playground, mounts React. */
import '@fontsource-variable/inter/index.css';
import '@fontsource-variable/jetbrains-mono/index.css';
import './styles/tokens.css';
import './styles/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { assert } from '../base/assert.ts';
import { connectAddressBar } from './address-bar.ts';
import { App } from './app.tsx';
import { openLiveEngine } from './bridge/live.ts';
import { openSimulatedEngine } from './bridge/simulated.ts';
import { ErrorBoundary } from './failure-pages/error-boundary.tsx';
import { createPlayground } from './playground.ts';
import { createPlayhousePage } from './playhouse.ts';
import { connectFileDrop } from './share-dialog/file-drop.ts';
import { connectShortcuts } from './shell/shortcuts.ts';

const place = document.getElementById('root');
assert(place !== null, 'no #root in index.html');

// index.html has already said that the browser is too old; there is nothing to add.
if (document.documentElement.dataset['unsupported'] === undefined) startPlayground(place);

function startPlayground(root: HTMLElement): void {
  // Simulated runs need no shared memory, so that the page works without it.
  const canShareMemory = window.crossOriginIsolated && typeof SharedArrayBuffer !== 'undefined';
  const live = canShareMemory ? openLiveEngine : undefined;
  const playground = createPlayground({ live, simulated: openSimulatedEngine });
  playground.loop.start();
  connectShortcuts(playground);
  connectFileDrop(playground);
  window.playhouse = createPlayhousePage(playground, connectAddressBar(playground));
  // Started before React, so that the workers come up while the page is being built.
  playground.follow(window.location.hash).catch(() => {
    // Shown on the page by the stores.
  });
  createRoot(root).render(
    <StrictMode>
      <ErrorBoundary>
        <App playground={playground} />
      </ErrorBoundary>
    </StrictMode>,
  );
}
