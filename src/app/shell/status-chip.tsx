/** What the system is doing, in one word. */
import { useRun, useSummary } from '../use-playground.ts';

export function StatusChip() {
  const status = useSummary((state) => state.status);
  const cause = useSummary((state) => state.stopCause);
  const phase = useRun((state) => state.phase);
  const shown = phase === 'failed' ? 'failed' : phase === 'starting' ? 'starting' : status;
  return (
    <span className="status-chip" role="status" data-testid="status" data-status={shown} title={cause || undefined}>
      <span className="status-dot" aria-hidden />
      {shown}
    </span>
  );
}
