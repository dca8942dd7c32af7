/** Without cross-origin isolation there is no shared memory, and without shared memory no live engine. */
import { Button } from '../ui/button.tsx';
import { FullPage } from './full-page.tsx';

export function NotIsolatedPage() {
  const isEmbedded = window.self !== window.top;
  return (
    <FullPage title="This page may not share memory between threads" testId="not-isolated" code="not-isolated">
      <p className="full-page-message">
        Playhouse runs a real actor system on several threads, and they talk through shared memory. Browsers allow that
        only on cross-origin isolated pages.
      </p>
      {isEmbedded ? (
        <p>The page is embedded in another one that is not isolated. Open it in a window of its own.</p>
      ) : (
        <p>
          The server has to send these two headers with the page and its scripts. Some browsers also need a secure
          address: https, or localhost.
        </p>
      )}
      <dl className="full-page-facts">
        <dt>
          <code>Cross-Origin-Opener-Policy</code>
        </dt>
        <dd>
          <code>same-origin</code>
        </dd>
        <dt>
          <code>Cross-Origin-Embedder-Policy</code>
        </dt>
        <dd>
          <code>require-corp</code>
        </dd>
      </dl>
      <div className="full-page-buttons">
        {isEmbedded && (
          <a
            className="button button-primary"
            href={window.location.href}
            target="_blank"
            rel="noopener noreferrer"
            data-testid="open-alone"
          >
            Open in its own window
          </a>
        )}
        <Button kind={isEmbedded ? 'plain' : 'primary'} data-testid="reload" onClick={() => window.location.reload()}>
          Reload
        </Button>
      </div>
    </FullPage>
  );
}
