/** What can be done to one message on its way. Signals are the system's own word: they may be late, but they are never lost. */
import './in-flight-actions.css';
import { useState } from 'react';
import type { InFlight } from '../../engine/simulation.ts';
import { FAULT_LIMITS, type Fault } from '../../kernel/fault.ts';
import { useInject } from '../faults/use-inject.ts';
import { Button } from '../ui/button.tsx';
import { parseNumber } from '../ui/format.ts';
import { NumberField } from '../ui/number-field.tsx';

const DELAY_DEFAULT_MS = 10;

type Action = Extract<Fault, { readonly kind: 'in-flight' }>['action'];

export interface InFlightActionsProps {
  readonly message: InFlight;
  /** Before it is done: whatever shows the message may have to make way. */
  readonly onAct: (action: Action) => void;
}

export function InFlightActions({ message: { id, kind, isSignal }, onAct }: InFlightActionsProps) {
  const { inject } = useInject();
  const [delayText, setDelayText] = useState(String(DELAY_DEFAULT_MS));
  const delayMs = parseNumber(delayText);
  const isDelay =
    delayMs !== undefined && Number.isInteger(delayMs) && delayMs >= 0 && delayMs <= FAULT_LIMITS.delayMsMax;

  function act(action: Action): void {
    onAct(action);
    inject({ kind: 'in-flight', message: id, action, ...(action === 'delay' && isDelay ? { delayMs } : {}) });
  }

  return (
    <form
      className="in-flight-actions"
      aria-label={`What shall become of ${kind}`}
      onSubmit={(event) => {
        event.preventDefault();
        if (isDelay) act('delay');
      }}
    >
      {!isSignal && (
        <>
          <Button kind="danger" data-testid="in-flight-drop" onClick={() => act('drop')}>
            Drop
          </Button>
          <Button data-testid="in-flight-duplicate" onClick={() => act('duplicate')}>
            Duplicate
          </Button>
        </>
      )}
      <span className="in-flight-delay">
        <Button type="submit" data-testid="in-flight-delay" disabled={!isDelay}>
          Delay by
        </Button>
        <NumberField
          label="Delay in ms"
          unit="ms"
          value={delayText}
          onChange={setDelayText}
          refusal={isDelay ? undefined : `Enter a whole number from 0 to ${FAULT_LIMITS.delayMsMax}.`}
          testId="in-flight-delay-number"
        />
      </span>
    </form>
  );
}
