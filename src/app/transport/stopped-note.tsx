/** Why the run stands still, until it is read or goes on. */
import { Flag, OctagonAlert, X } from 'lucide-react';
import { shownStop } from '../stores/simulation-store.ts';
import { IconButton } from '../ui/button.tsx';
import { usePlayground, useSimulation } from '../use-playground.ts';

export function StoppedNote() {
  const { simulation } = usePlayground();
  const stopped = useSimulation(shownStop);
  if (stopped === undefined) return null;
  const isBad = stopped.because === 'violation' || stopped.because === 'diverged';
  const Icon = isBad ? OctagonAlert : Flag;
  return (
    <div
      className="stopped-note"
      role="status"
      data-testid="stopped"
      data-because={stopped.because}
      data-step={stopped.step}
      data-bad={isBad || undefined}
    >
      <Icon size={14} aria-hidden />
      <span className="stopped-text" title={stopped.text}>
        {stopped.text}
      </span>
      <IconButton label="Dismiss" data-testid="stopped-dismiss" onClick={() => simulation.dismiss()}>
        <X size={14} aria-hidden />
      </IconButton>
    </div>
  );
}
