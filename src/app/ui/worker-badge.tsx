/** `W0`, in the worker's colour. */
import './worker-badge.css';
import { workerColor } from './worker-color.ts';

export function WorkerBadge({ worker }: { readonly worker: number }) {
  return (
    <span className="worker-badge number" style={{ color: workerColor(worker) }} title={`Runs on worker ${worker}`}>
      W{worker}
    </span>
  );
}
