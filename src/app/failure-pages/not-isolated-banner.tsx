/** Without cross-origin isolation there is no shared memory, and so no live engine: the simulator works all the same. */
import { Info, X } from 'lucide-react';
import { useState } from 'react';
import { Button, IconButton } from '../ui/button.tsx';
import { usePlayground } from '../use-playground.ts';

export function NotIsolatedBanner() {
  const { run } = usePlayground();
  const [isRead, setRead] = useState(false);
  const isEmbedded = window.self !== window.top;
  if (run.canRunLive || isRead) return null;
  return (
    <aside
      className="banner banner-info"
      aria-label="Only simulated runs here"
      data-testid="not-isolated"
      data-code="not-isolated"
    >
      <Info size={18} aria-hidden />
      <p>
        <strong>Only simulated runs here.</strong> A live run needs memory that threads share, and browsers allow that
        only on cross-origin isolated pages.{' '}
        {isEmbedded ? (
          <>This page is embedded in one that is not isolated: open it in a window of its own.</>
        ) : (
          <>
            The server has to send <code>Cross-Origin-Opener-Policy: same-origin</code> and{' '}
            <code>Cross-Origin-Embedder-Policy: require-corp</code>; some browsers also need https or localhost.
          </>
        )}
      </p>
      {isEmbedded ? (
        <a
          className="button button-plain"
          href={window.location.href}
          target="_blank"
          rel="noopener noreferrer"
          data-testid="open-alone"
        >
          Open in its own window
        </a>
      ) : (
        <Button data-testid="reload" onClick={() => window.location.reload()}>
          Reload
        </Button>
      )}
      <IconButton label="Dismiss" data-testid="not-isolated-dismiss" onClick={() => setRead(true)}>
        <X size={16} aria-hidden />
      </IconButton>
    </aside>
  );
}
