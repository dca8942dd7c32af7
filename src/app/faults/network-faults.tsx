/** What the network does to messages to one actor. The simulator's network is the only one that can be told to misbehave. */
import { useState } from 'react';
import { unreachable } from '../../base/assert.ts';
import { FAULT_LIMITS, type Fault } from '../../kernel/fault.ts';
import { Button } from '../ui/button.tsx';
import { parseNumber } from '../ui/format.ts';
import { NumberField } from '../ui/number-field.tsx';
import { useActors } from '../use-playground.ts';
import { useInject } from './use-inject.ts';

export const SIMULATED_ONLY_NOTE = 'Network faults need a simulated run.';

type NetworkKind = 'drop' | 'duplicate' | 'delay' | 'reorder';

const KINDS: readonly { readonly kind: NetworkKind; readonly label: string }[] = [
  { kind: 'drop', label: 'Drop' },
  { kind: 'duplicate', label: 'Duplicate' },
  { kind: 'delay', label: 'Delay' },
  { kind: 'reorder', label: 'Reorder' },
];

const SHARE_DEFAULT = 10;
const DELAY_DEFAULT_MS = 20;

export function NetworkFaults({ path }: { readonly path: string }) {
  const { inject, isRunning } = useInject();
  const senders = useActors((state) => state.identities);
  const [kind, setKind] = useState<NetworkKind>('drop');
  const [from, setFrom] = useState('');
  const [shareText, setShareText] = useState(String(SHARE_DEFAULT));
  const [delayText, setDelayText] = useState(String(DELAY_DEFAULT_MS));
  const share = parseNumber(shareText);
  const delayMs = parseNumber(delayText);
  const hasDelay = kind === 'delay' || kind === 'reorder';
  const isShare = share !== undefined && share >= 0 && share <= 100;
  const isDelay =
    delayMs !== undefined && Number.isInteger(delayMs) && delayMs >= 0 && delayMs <= FAULT_LIMITS.delayMsMax;
  const isRight = isShare && (!hasDelay || isDelay);

  function apply(percent: number): void {
    const ends = from === '' ? { to: path } : { to: path, from };
    inject(faultOf(kind, ends, percent / 100, isDelay ? delayMs : DELAY_DEFAULT_MS));
  }

  return (
    <form
      className="network-faults"
      data-testid="network-faults"
      onSubmit={(event) => {
        event.preventDefault();
        if (isRight) apply(share);
      }}
    >
      <h4>Messages to it, on the network</h4>
      <div className="network-row">
        <select
          className="select"
          aria-label="What happens to them"
          data-testid="network-kind"
          value={kind}
          onChange={(event) => setKind(event.target.value as NetworkKind)}
        >
          {KINDS.map(({ kind: value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
        <NumberField
          label="Share of the messages, in %"
          unit="%"
          value={shareText}
          onChange={setShareText}
          refusal={isShare ? undefined : 'Enter a number from 0 to 100.'}
          testId="network-share"
        />
        {hasDelay && (
          <NumberField
            label="By so many ms"
            unit="ms"
            value={delayText}
            onChange={setDelayText}
            refusal={isDelay ? undefined : `Enter a whole number from 0 to ${FAULT_LIMITS.delayMsMax}.`}
            testId="network-delay"
          />
        )}
      </div>
      <select
        className="select"
        aria-label="Of whom"
        data-testid="network-from"
        value={from}
        onChange={(event) => setFrom(event.target.value)}
      >
        <option value="">from anybody</option>
        {senders
          .filter((one) => one.path !== path)
          .map((one) => (
            <option key={one.path} value={one.path}>
              from {one.path}
            </option>
          ))}
      </select>
      <div className="fault-buttons">
        <Button type="submit" kind="danger" data-testid="network-apply" disabled={!isRunning || !isRight}>
          Apply
        </Button>
        <Button data-testid="network-end" disabled={!isRunning} onClick={() => apply(0)}>
          Take it back
        </Button>
      </div>
    </form>
  );
}

function faultOf(
  kind: NetworkKind,
  ends: { readonly to: string; readonly from?: string },
  probability: number,
  delayMs: number,
): Fault {
  switch (kind) {
    case 'drop':
    case 'duplicate':
      return { kind, ...ends, probability };
    case 'delay':
    case 'reorder':
      return { kind, ...ends, probability, delayMs };
    default:
      return unreachable(kind, 'network fault');
  }
}
