/**
 * Every other fault that an actor can suffer in this kind of run, behind a disclosure: crashes of a kind, hangs, pauses,
 * poison, floods, factors, breakers held open or closed, and in simulated runs the network on the way to it.
 */
import '../ui/text-field.css';
import './more-faults.css';
import { useId, useState } from 'react';
import { FAULT_LIMITS } from '../../kernel/fault.ts';
import type { ActorSlice } from '../stores/actor-store.ts';
import { Button } from '../ui/button.tsx';
import { useIsSimulated, useRun } from '../use-playground.ts';
import { FaultRow } from './fault-row.tsx';
import { NetworkFaults, SIMULATED_ONLY_NOTE } from './network-faults.tsx';
import { useInject } from './use-inject.ts';

const FLOOD_DEFAULT = 200;
const HANG_DEFAULT_MS = 500;
const FACTOR_DEFAULT = 5;
/** Of the name of an error. */
const KIND_LENGTH_MAX = 100;

const HANG_HINT = 'One turn does not end for so long, and nobody else on its worker has one.';

export function MoreFaults({ slice, isAlive }: { readonly slice: ActorSlice; readonly isAlive: boolean }) {
  const { inject } = useInject();
  const isSimulated = useIsSimulated();
  const { path, status, breaker } = slice.view;
  const isPaused = status === 'paused';
  return (
    <details className="more-faults" data-testid="more-faults">
      <summary>More faults</summary>
      <div className="fault-rows">
        <CrashOfKind path={path} isAlive={isAlive} />
        <div className="fault-buttons">
          <Button
            data-testid="fault-pause"
            disabled={!isAlive || isPaused}
            title="It handles no messages until it is resumed; system signals go on."
            onClick={() => inject({ kind: 'pause', path })}
          >
            Pause it
          </Button>
          <Button
            data-testid="fault-resume"
            disabled={!isAlive || !isPaused}
            onClick={() => inject({ kind: 'resume', path })}
          >
            Resume it
          </Button>
        </div>
        <FaultRow
          name="hang"
          label="Hang for"
          unit="ms"
          initial={HANG_DEFAULT_MS}
          min={1}
          max={FAULT_LIMITS.hangMsMax}
          hint={isSimulated ? HANG_HINT : `${HANG_HINT} Beyond 1.5 s its thread counts as lost.`}
          disabled={!isAlive}
          onApply={(forMs) => inject({ kind: 'hang', path, forMs })}
        />
        <div className="fault-buttons">
          <Button
            data-testid="fault-hang-open"
            disabled={!isAlive}
            title={isSimulated ? 'A turn of it does not end until you end it' : 'Its thread is replaced within 2 s'}
            onClick={() => inject({ kind: 'hang', path })}
          >
            Hang for good
          </Button>
          {isSimulated && (
            <Button
              data-testid="fault-hang-end"
              disabled={!isAlive}
              onClick={() => inject({ kind: 'hang', path, forMs: 0 })}
            >
              End the hang
            </Button>
          )}
        </div>
        <FaultRow
          name="factor"
          label="Slow its work by"
          unit="×"
          initial={FACTOR_DEFAULT}
          min={FAULT_LIMITS.slowFactorMin}
          max={FAULT_LIMITS.slowFactorMax}
          isWhole={false}
          hint="What it does takes so many times as long; Heal takes it back."
          disabled={!isAlive}
          onApply={(factor) => inject({ kind: 'slow', path, delayMs: slice.view.slowMs, factor })}
        />
        <FaultRow
          name="flood"
          label="Flood with"
          unit="messages"
          initial={FLOOD_DEFAULT}
          min={1}
          max={FAULT_LIMITS.floodMax}
          hint="So many messages at once that take up room and a turn each."
          disabled={!isAlive}
          onApply={(count) => inject({ kind: 'flood', path, count })}
        />
        <Button
          data-testid="fault-poison"
          disabled={!isAlive}
          title="A message that makes whoever handles it fail"
          onClick={() => inject({ kind: 'poison', path })}
        >
          Send a poison message
        </Button>
        {breaker !== undefined && (
          <div className="fault-buttons">
            <Button
              data-testid="force-open"
              disabled={!isAlive}
              title="It stays open, whatever happens, until it is reset."
              onClick={() => inject({ kind: 'force-breaker', path, to: 'open' })}
            >
              Force open
            </Button>
            <Button
              data-testid="force-closed"
              disabled={!isAlive}
              title="It stays closed, even if it is tripped, until it is reset."
              onClick={() => inject({ kind: 'force-breaker', path, to: 'closed' })}
            >
              Force closed
            </Button>
          </div>
        )}
        {isSimulated ? <NetworkFaults path={path} /> : <p className="fault-note">{SIMULATED_ONLY_NOTE}</p>}
      </div>
    </details>
  );
}

/** Kinds that rules of supervision name, of any behavior of the scenario, and those that are always there. */
const COMMON_KINDS: readonly string[] = ['Crash', 'Error', 'TypeError'];

function CrashOfKind({ path, isAlive }: { readonly path: string; readonly isAlive: boolean }) {
  const { inject } = useInject();
  const id = useId();
  const scenario = useRun((state) => state.scenario);
  const [errorKind, setErrorKind] = useState('');
  const kinds = new Set(COMMON_KINDS);
  for (const { definition } of scenario?.behaviors ?? []) {
    const named = [...Object.keys(definition.onFailure), ...Object.keys(definition.supervision.onFailure)];
    for (const kind of named) if (kind !== '*') kinds.add(kind);
  }
  return (
    <form
      className="fault-row"
      onSubmit={(event) => {
        event.preventDefault();
        const kind = errorKind.trim();
        inject(kind === '' ? { kind: 'crash', path } : { kind: 'crash', path, errorKind: kind });
      }}
    >
      <label htmlFor={id}>Crash with</label>
      <input
        id={id}
        className="text-field"
        type="text"
        list={`${id}-kinds`}
        placeholder="kind of error"
        spellCheck={false}
        maxLength={KIND_LENGTH_MAX}
        title="What rules of supervision match"
        data-testid="crash-kind"
        value={errorKind}
        onChange={(event) => setErrorKind(event.target.value)}
      />
      <datalist id={`${id}-kinds`}>
        {[...kinds].map((kind) => (
          <option key={kind} value={kind} />
        ))}
      </datalist>
      <Button type="submit" kind="danger" data-testid="crash-of-kind" disabled={!isAlive}>
        Crash
      </Button>
    </form>
  );
}
