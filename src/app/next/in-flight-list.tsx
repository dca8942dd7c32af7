/**
 * Messages on their way, the first to arrive first; each opens to what it says and what can be done to it. The same as the
 * dots over the graph, for whoever has no pointer or looks for one among many.
 */
import './in-flight-list.css';
import { ChevronRight } from 'lucide-react';
import { type RefObject, useRef, useState } from 'react';
import type { InFlight } from '../../engine/simulation.ts';
import { StateTree } from '../faults/state-tree.tsx';
import { InFlightActions } from '../graph/in-flight-actions.tsx';
import { Button } from '../ui/button.tsx';
import { formatCount, formatVirtual, nameOf } from '../ui/format.ts';
import { useSimulation } from '../use-playground.ts';

/** More than these are shown on demand. */
const SHOWN = 8;
const NONE: readonly InFlight[] = [];

export function InFlightList() {
  const isPlaying = useSimulation((state) => state.reading?.isPlaying ?? false);
  const total = useSimulation((state) => state.reading?.inFlightTotal ?? 0);
  const inFlight =
    useSimulation((state) => (state.reading?.isPlaying === true ? NONE : state.reading?.inFlight)) ?? NONE;
  const [isAll, setAll] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const unlisted = total - inFlight.length;
  return (
    <section className="panel-section" aria-labelledby="in-flight-title" data-testid="in-flight-list">
      <div className="next-head">
        <h2 id="in-flight-title" ref={heading} tabIndex={-1}>
          On their way
        </h2>
        {total > 0 && !isPlaying && <span className="next-count number">{formatCount(total)}</span>}
      </div>
      {isPlaying ? (
        <p className="next-note">Pause the run to drop, duplicate or delay one.</p>
      ) : total === 0 ? (
        <p className="next-note">No message is between two workers now.</p>
      ) : (
        <ul className="in-flight-rows">
          {(isAll ? inFlight : inFlight.slice(0, SHOWN)).map((message) => (
            <InFlightRow key={message.id} message={message} heading={heading} />
          ))}
        </ul>
      )}
      {inFlight.length > SHOWN && (
        <Button kind="quiet" className="next-more" data-testid="in-flight-all" onClick={() => setAll(!isAll)}>
          {isAll ? 'Show fewer' : `Show ${formatCount(inFlight.length - SHOWN)} more`}
        </Button>
      )}
      {!isPlaying && unlisted > 0 && <p className="next-note">and {formatCount(unlisted)} more that are not listed</p>}
    </section>
  );
}

interface InFlightRowProps {
  readonly message: InFlight;
  readonly heading: RefObject<HTMLElement | null>;
}

function InFlightRow({ message, heading }: InFlightRowProps) {
  const row = useRef<HTMLLIElement>(null);
  const [isOpen, setOpen] = useState(false);
  const nowMs = useSimulation((state) => state.reading?.atMs ?? 0);
  const { id, from, to, kind, isSignal, arrivesMs } = message;

  /** A row that goes takes the focus with it, and whoever works by keys would have to come all the way again. */
  function handOver(): void {
    const next = row.current?.nextElementSibling ?? row.current?.previousElementSibling;
    (next?.querySelector('summary') ?? heading.current)?.focus();
  }

  return (
    <li ref={row} data-testid="in-flight-row" data-id={id} data-kind={kind} data-signal={isSignal}>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className="in-flight-row">
          <ChevronRight className="in-flight-mark" size={13} aria-hidden />
          <span className="in-flight-what">{isSignal ? `signal ${kind}` : kind}</span>
          <span className="in-flight-when number">in {formatVirtual(Math.max(0, arrivesMs - nowMs))}</span>
          <span className="in-flight-ends">
            {from === '' ? 'outside' : nameOf(from)} → {nameOf(to)}
          </span>
        </summary>
        {isOpen && (
          <div className="in-flight-content">
            <StateTree value={message.message} />
            <InFlightActions message={message} onAct={(action) => action === 'drop' && handOver()} />
          </div>
        )}
      </details>
    </li>
  );
}
