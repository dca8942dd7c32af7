/**
 * Trip and reset: only ever enabled on a circuit breaker. An open one cannot be tripped; a reset always has something to
 * do, because it also ends what was forced and begins the counting of a closed one anew.
 */
import { ShieldAlert, ShieldCheck } from 'lucide-react';
import type { BreakerPhase } from '../../kernel/view.ts';
import { Button } from '../ui/button.tsx';
import { useInject } from './use-inject.ts';

export function BreakerActions({ path, phase }: { readonly path: string; readonly phase: BreakerPhase | undefined }) {
  const { inject, isRunning } = useInject();
  const canAct = isRunning && phase !== undefined;
  return (
    <div className="fault-buttons">
      <Button
        kind="danger"
        data-testid="trip"
        disabled={!canAct || phase === 'open'}
        onClick={() => inject({ kind: 'trip-breaker', path })}
      >
        <ShieldAlert size={15} aria-hidden /> Trip breaker
      </Button>
      <Button
        data-testid="reset"
        disabled={!canAct}
        title="Closes it, with its counts anew, and ends what was forced"
        onClick={() => inject({ kind: 'reset-breaker', path })}
      >
        <ShieldCheck size={15} aria-hidden /> Reset breaker
      </Button>
    </div>
  );
}
