/** The entry of the page: checks what the browser can do, wires the playground, mounts React. */
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
import { ErrorBoundary } from './failure-pages/error-boundary.tsx';
import { NotIsolatedPage } from './failure-pages/not-isolated-page.tsx';
import { createPlayground } from './playground.ts';
import { createIdlePage, createPlayhousePage } from './playhouse.ts';
import { connectShortcuts } from './shell/shortcuts.ts';

const place = document.getElementById('root');
assert(place !== null, 'no #root in index.html');

// index.html has already said that the browser is too old; there is nothing to add.
if (document.documentElement.dataset['unsupported'] === undefined) {
  const canShareMemory = window.crossOriginIsolated && typeof SharedArrayBuffer !== 'undefined';
  if (canShareMemory) startPlayground(place);
  else explainIsolation(place);
}

function startPlayground(root: HTMLElement): void {
  const playground = createPlayground(openLiveEngine);
  playground.loop.start();
  connectShortcuts(playground);
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

function explainIsolation(root: HTMLElement): void {
  window.playhouse = createIdlePage('not-isolated', 'This page may not share memory between threads.');
  createRoot(root).render(
    <ErrorBoundary>
      <NotIsolatedPage />
    </ErrorBoundary>,
  );
}
