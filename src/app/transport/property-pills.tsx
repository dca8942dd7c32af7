/**
 * What the scenario promises, and whether it holds so far: one pill that sums up and opens the list, and one for each broken
 * promise, which leads to the step that broke it.
 */
import './property-pills.css';
import { Popover } from '@base-ui/react/popover';
import { Check, Hourglass, X } from 'lucide-react';
import { unreachable } from '../../base/assert.ts';
import type { PropertyView } from '../../engine/simulation.ts';
import { formatCount } from '../ui/format.ts';
import { usePlayground, useSimulation } from '../use-playground.ts';
import { summaryOf } from './property-summary.ts';

const NONE: readonly PropertyView[] = [];
/** More broken promises than these are in the list. */
const VIOLATED_SHOWN = 2;

export function PropertyPills() {
  const { transport } = usePlayground();
  const properties = useSimulation((state) => state.reading?.properties ?? NONE);
  if (properties.length === 0) return null;
  const violated = properties.filter((property) => property.status === 'violated');
  const status = worstOf(properties);
  return (
    <div className="property-pills" data-violated={violated.length > 0 || undefined}>
      {violated.slice(0, VIOLATED_SHOWN).map(({ name, step }) => (
        <button
          key={name}
          type="button"
          className="property-pill property-violated"
          data-status="violated"
          data-testid="property-violated"
          data-step={step}
          title={`${name}: violated at step ${formatCount(step)}. Go there.`}
          onClick={() => transport.show(transport.seek(step))}
        >
          <X size={13} aria-hidden />
          <span>{name}</span>
        </button>
      ))}
      <Popover.Root>
        <Popover.Trigger
          className="property-pill property-summary"
          data-testid="properties"
          data-status={status}
          data-violated={violated.length}
        >
          <StatusIcon status={status} />
          <span>{summaryOf(properties)}</span>
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Positioner sideOffset={8} side="top" align="end" collisionPadding={12} className="popover-place">
            <Popover.Popup className="popover properties">
              <Popover.Title className="properties-title">Properties</Popover.Title>
              <PropertyList properties={properties} />
            </Popover.Popup>
          </Popover.Positioner>
        </Popover.Portal>
      </Popover.Root>
    </div>
  );
}

/** The same list for whoever looks for it where the run goes on. */
export function PropertySection() {
  const properties = useSimulation((state) => state.reading?.properties ?? NONE);
  if (properties.length === 0) return null;
  return (
    <section className="panel-section" aria-labelledby="properties-title">
      <h2 id="properties-title">Properties</h2>
      <PropertyList properties={properties} />
    </section>
  );
}

function PropertyList({ properties }: { readonly properties: readonly PropertyView[] }) {
  return (
    <ul>
      {properties.map((property) => (
        <PropertyRow key={property.name} property={property} />
      ))}
    </ul>
  );
}

function worstOf(properties: readonly PropertyView[]): PropertyView['status'] {
  const has = (status: PropertyView['status']): boolean => properties.some((property) => property.status === status);
  return has('violated') ? 'violated' : has('pending') ? 'pending' : 'holds';
}

function PropertyRow({ property }: { readonly property: PropertyView }) {
  const { transport } = usePlayground();
  const { name, type, status, step } = property;
  return (
    <li className="property" data-testid="property" data-name={name} data-status={status} data-step={step}>
      <StatusIcon status={status} />
      <span>
        {name}
        <span className="property-note"> {type}</span>
      </span>
      {status === 'violated' ? (
        <button type="button" className="property-step number" onClick={() => transport.show(transport.seek(step))}>
          violated at step {formatCount(step)}
        </button>
      ) : (
        <span className="property-note">{status}</span>
      )}
    </li>
  );
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
