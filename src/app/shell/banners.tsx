/** What went wrong with the run as a whole, and the way out. */
import './banners.css';
import { OctagonAlert, TriangleAlert, X } from 'lucide-react';
import { remedyOf } from '../../kernel/errors.ts';
import { stopText } from '../events/event-text.ts';
import { NotIsolatedBanner } from '../failure-pages/not-isolated-banner.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { useEvents, useIsSimulated, usePlayground, useRun, useSummary } from '../use-playground.ts';

export function Banners() {
  return (
    <>
      <NotIsolatedBanner />
      <StoppedBanner />
      <StartErrorBanner />
      <ControlErrorBanner />
    </>
  );
}

function StoppedBanner() {
  const status = useSummary((state) => state.status);
  const cause = useSummary((state) => state.stopCause);
  const phase = useRun((state) => state.phase);
  const isSimulated = useIsSimulated();
  const markers = useEvents((state) => state.markers);
  if (status !== 'stopped' || phase !== 'ready') return null;
  return (
    <div className="banner banner-bad" role="alert" data-testid="stopped-banner">
      <OctagonAlert size={18} aria-hidden />
      <p>
        <strong>The system has stopped.</strong> <span data-testid="stop-cause">{stopText(cause, markers)}</span>{' '}
        {isSimulated
          ? 'Go back in time to see how it came to that, or restart it.'
          : 'Restart it to go on; your parameters are kept.'}
      </p>
      <RestartButton />
    </div>
  );
}

function StartErrorBanner() {
  const error = useRun((state) => state.startError);
  if (error === undefined) return null;
  return (
    <div className="banner banner-bad" role="alert" data-testid="start-error" data-code={error.code}>
      <OctagonAlert size={18} aria-hidden />
      <p>
        <strong>The system did not start.</strong> {error.message} {remedyOf(error.code)} <code>{error.code}</code>
      </p>
      <RestartButton />
    </div>
  );
}

function ControlErrorBanner() {
  const { run } = usePlayground();
  const error = useRun((state) => state.controlError);
  if (error === undefined) return null;
  return (
    <div className="banner banner-warn" role="alert" data-testid="control-error" data-code={error.code}>
      <TriangleAlert size={18} aria-hidden />
      <p>
        {error.message} {remedyOf(error.code)} <code>{error.code}</code>
        {error.field !== undefined && (
          <>
            {' · '}
            <code>{error.field}</code>
          </>
        )}
      </p>
      <IconButton label="Dismiss" onClick={() => run.dismissRefusal()}>
        <X size={16} aria-hidden />
      </IconButton>
    </div>
  );
}

function RestartButton() {
  const { run } = usePlayground();
  return (
    <Button kind="primary" data-testid="banner-restart" onClick={() => void run.restart().catch(() => {})}>
      Restart the system
    </Button>
  );
}
