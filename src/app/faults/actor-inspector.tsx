/** The selected actor: what it is, how it does, what it remembers, and what can be done to it. */
import { Bomb, HeartPulse, X } from 'lucide-react';
import type { ActorSlice } from '../stores/actor-store.ts';
import { BreakerPill } from '../ui/breaker-pill.tsx';
import { Button, IconButton, Key } from '../ui/button.tsx';
import { formatCount, formatShort, nameOf } from '../ui/format.ts';
import { WorkerBadge } from '../ui/worker-badge.tsx';
import { useIsSimulated, usePlayground } from '../use-playground.ts';
import { ActorState } from './actor-state.tsx';
import { ActorTimes } from './actor-times.tsx';
import { BreakerActions } from './breaker-actions.tsx';
import { Inspection } from './inspection.tsx';
import { MoreFaults } from './more-faults.tsx';
import { SlowControl } from './slow-control.tsx';
import { useInject } from './use-inject.ts';

export function ActorInspector({ path, slice }: { readonly path: string; readonly slice: ActorSlice | undefined }) {
  const { view: viewStore } = usePlayground();
  return (
    <section
      className="panel-section inspector"
      aria-labelledby="inspector-title"
      data-testid="inspector"
      data-path={path}
    >
      <div className="inspector-head">
        <h2 id="inspector-title">{nameOf(path)}</h2>
        {slice?.view.breaker !== undefined && <BreakerPill phase={slice.view.breaker} />}
        {slice !== undefined && <WorkerBadge worker={slice.view.worker} />}
        <IconButton label="Close" shortcut="Esc" data-testid="deselect" onClick={() => viewStore.select(undefined)}>
          <X size={15} aria-hidden />
        </IconButton>
      </div>
      <code className="inspector-path" data-testid="inspector-path">
        {path}
      </code>
      {slice === undefined ? (
        <p className="inspector-gone" data-testid="inspector-gone">
          There is no such actor now. It may have stopped or not started yet, or it is not listed.
        </p>
      ) : (
        <Details path={path} slice={slice} />
      )}
    </section>
  );
}

/** These counts go with the actor: whoever is started in its place begins at 0. */
const SINCE = 'Since it was started';

function Details({ path, slice }: { readonly path: string; readonly slice: ActorSlice }) {
  const { view, perSecond } = slice;
  const isSimulated = useIsSimulated();
  return (
    <>
      <dl className="facts">
        <Fact name="Behavior" value={view.behavior} />
        <Fact name="Status" value={view.status} testId="inspector-status" />
        <Fact name="Mailbox" value={`${formatCount(view.mailboxDepth)} of ${formatCount(view.mailboxCapacity)}`} />
        <Fact
          name="Deepest"
          hint="The deepest that its mailbox was at the start of a batch of turns"
          value={formatCount(view.depthMax)}
          testId="inspector-depth-max"
        />
        <Fact name="Turns a second" value={formatShort(perSecond)} />
        <Fact name="Turns" hint={SINCE} value={formatCount(view.processed)} testId="inspector-processed" />
        <Fact name="Failures" hint={SINCE} value={formatCount(view.failures)} testId="inspector-failures" />
        <Fact name="Restarts" hint={SINCE} value={formatCount(view.restarts)} testId="inspector-restarts" />
        <Fact name="Dead letters" hint={SINCE} value={formatCount(view.deadLetters)} testId="inspector-dead-letters" />
        {(view.breaker !== undefined || view.rejected > 0) && (
          <Fact name="Refused" hint={SINCE} value={formatCount(view.rejected)} testId="inspector-rejected" />
        )}
      </dl>
      <ActorTimes key={path} path={path} worker={view.worker} />
      {view.lastError !== undefined && (
        <div className="last-error" data-testid="last-error">
          <h3>Latest error</h3>
          <p>{view.lastError}</p>
        </div>
      )}
      {/* A simulated run stands still to be looked at; a live one goes on, and what is done to it comes first. */}
      {isSimulated && <Inspection path={path} />}
      <FaultControls path={path} slice={slice} />
      {!isSimulated && <ActorState path={path} />}
    </>
  );
}

interface FactProps {
  readonly name: string;
  readonly value: string;
  readonly hint?: string;
  readonly testId?: string;
}

function Fact({ name, value, hint, testId }: FactProps) {
  return (
    <div title={hint}>
      <dt>{name}</dt>
      <dd className="number" data-testid={testId}>
        {value}
      </dd>
    </div>
  );
}

function FaultControls({ path, slice }: { readonly path: string; readonly slice: ActorSlice }) {
  const { inject, isRunning } = useInject();
  const { slowMs, slowFactor, status, breaker } = slice.view;
  const isAlive = isRunning && status !== 'stopped' && status !== 'stopping';
  return (
    <div className="fault-controls">
      <h3>Faults</h3>
      <div className="fault-buttons">
        <Button kind="danger" data-testid="crash" disabled={!isAlive} onClick={() => inject({ kind: 'crash', path })}>
          <Bomb size={15} aria-hidden /> Crash <Key>K</Key>
        </Button>
        <Button
          data-testid="heal"
          disabled={!isAlive || (slowMs === 0 && slowFactor === undefined)}
          onClick={() => inject({ kind: 'slow', path, delayMs: 0 })}
        >
          <HeartPulse size={15} aria-hidden /> Heal
        </Button>
      </div>
      <SlowControl key={path} path={path} slowMs={slowMs} disabled={!isAlive} />
      {breaker !== undefined && <BreakerActions path={path} phase={breaker} />}
      <MoreFaults key={`more ${path}`} slice={slice} isAlive={isAlive} />
    </div>
  );
}
