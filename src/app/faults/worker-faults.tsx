/** Losing a whole worker with everybody on it: a thread in a live run, a virtual processor in a simulated one. */
import { Skull } from 'lucide-react';
import { Button } from '../ui/button.tsx';
import { WorkerBadge } from '../ui/worker-badge.tsx';
import { useIsSimulated, useSummary } from '../use-playground.ts';
import { useInject } from './use-inject.ts';

export function WorkerFaults() {
  const { inject, isRunning } = useInject();
  const workers = useSummary((state) => state.workers);
  const isSimulated = useIsSimulated();
  const what = isSimulated ? 'processor' : 'thread';
  return (
    <section className="panel-section" aria-labelledby="workers-title">
      <h2 id="workers-title">{isSimulated ? 'Processors' : 'Threads'}</h2>
      <ul className="worker-faults">
        {workers.map(({ worker, actors }) => (
          <li key={worker}>
            <WorkerBadge worker={worker} />
            <span className="worker-actors number">{actors === 1 ? '1 actor' : `${actors} actors`}</span>
            <Button
              kind="danger"
              data-testid="kill-worker"
              data-worker={worker}
              disabled={!isRunning}
              title={`All actors on ${what} ${worker} are lost; their supervisors elsewhere decide, and an empty one takes its place`}
              onClick={() => inject({ kind: 'kill-worker', worker })}
            >
              <Skull size={14} aria-hidden /> Kill
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
