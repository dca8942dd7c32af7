/** The step that is shown, in one line, and the way to its causes. */
import { CircleQuestionMark } from 'lucide-react';
import { isBusy } from '../shell/toggle-pause.ts';
import { deedOf } from '../space-time/step-text.ts';
import { shownStop } from '../stores/simulation-store.ts';
import { IconButton } from '../ui/button.tsx';
import { usePlayground, useSimulation } from '../use-playground.ts';

export function CurrentStep() {
  const { simulation, view } = usePlayground();
  const current = useSimulation((state) => state.reading?.current);
  const busy = useSimulation((state) => state.reading !== undefined && isBusy(state.reading));
  const hasStopped = useSimulation((state) => shownStop(state) !== undefined);
  if (current === undefined || busy) return null;
  const sentence = deedOf(current);
  return (
    <div className="current-step" data-quiet={hasStopped || undefined}>
      {current.path === '' ? (
        <span className="current-step-text" title={sentence} data-testid="current-step">
          {sentence}
        </span>
      ) : (
        <button
          type="button"
          className="current-step-text"
          title={`${sentence}. Select ${current.path}.`}
          data-testid="current-step"
          onClick={() => view.select(current.path)}
        >
          {sentence}
        </button>
      )}
      <IconButton label="Why?" shortcut="W" data-testid="why" onClick={() => simulation.ask(current.step)}>
        <CircleQuestionMark size={16} aria-hidden />
      </IconButton>
    </div>
  );
}
