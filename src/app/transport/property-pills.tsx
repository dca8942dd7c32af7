/** What the scenario promises, and whether it holds so far. A broken promise leads to the step that broke it. */
import { Check, Hourglass, X } from 'lucide-react';
import { unreachable } from '../../base/assert.ts';
import type { PropertyView } from '../../engine/simulation.ts';
import { formatCount } from '../ui/format.ts';
import { usePlayground, useSimulation } from '../use-playground.ts';

const NONE: readonly PropertyView[] = [];

export function PropertyPills() {
  const { transport } = usePlayground();
  const properties = useSimulation((state) => state.reading?.properties ?? NONE);
  if (properties.length === 0) return null;
  return (
    <ul className="property-pills" aria-label="Properties">
      {properties.map(({ name, status, step }) => {
        const label = `${name}: ${statusText(status, step)}`;
        const content = (
          <>
            <StatusIcon status={status} />
            <span>{name}</span>
          </>
        );
        return (
          <li
            key={name}
            className="property"
            data-testid="property"
            data-name={name}
            data-status={status}
            data-step={step}
          >
            {status === 'violated' ? (
              <button
                type="button"
                className="property-pill"
                title={`${label}. Go there.`}
                aria-label={`${label}. Go there.`}
                onClick={() => transport.show(transport.seek(step))}
              >
                {content}
              </button>
            ) : (
              <span className="property-pill" title={label}>
                {content}
                <span className="visually-hidden">: {statusText(status, step)}</span>
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function statusText(status: PropertyView['status'], step: number): string {
  return status === 'violated' ? `violated at step ${formatCount(step)}` : status;
}

function StatusIcon({ status }: { readonly status: PropertyView['status'] }) {
  switch (status) {
    case 'holds':
      return <Check size={13} aria-hidden />;
    case 'violated':
      return <X size={13} aria-hidden />;
    case 'pending':
      return <Hourglass size={12} aria-hidden />;
    default:
      return unreachable(status, 'status');
  }
}
