/** The phase of a circuit breaker, in a word and a colour. */
import './breaker-pill.css';
import type { BreakerPhase } from '../../kernel/view.ts';

export function BreakerPill({ phase }: { readonly phase: BreakerPhase }) {
  return (
    <span className="breaker-pill" data-phase={phase} data-testid="breaker-phase">
      {phase}
    </span>
  );
}
