/** Faults from the page: a refusal is shown there until the next one succeeds. */
import type { Fault } from '../../kernel/fault.ts';
import { usePlayground, useSummary } from '../use-playground.ts';

export interface Injector {
  readonly inject: (fault: Fault) => void;
  /** Faults act on a running or paused system; a stopped one is past caring. */
  readonly isRunning: boolean;
}

export function useInject(): Injector {
  const { run, transport, loop } = usePlayground();
  const status = useSummary((state) => state.status);
  return {
    inject: (fault) => {
      void transport.show(run.inject(fault)).finally(() => loop.refresh());
    },
    isRunning: status === 'running' || status === 'paused',
  };
}
