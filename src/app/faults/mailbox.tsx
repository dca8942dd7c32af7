/** What waits for an actor of a simulated run, first to be handled first; each message opens to what it says. */
import './mailbox.css';
import { ChevronRight } from 'lucide-react';
import type { WaitingMessage } from '../../engine/simulation.ts';
import { Button } from '../ui/button.tsx';
import { formatCount, formatVirtual, nameOf } from '../ui/format.ts';
import { usePlayground } from '../use-playground.ts';
import { StateTree } from './state-tree.tsx';

export interface MailboxProps {
  readonly mailbox: readonly WaitingMessage[];
  readonly total: number;
  readonly stashed: number;
}

export function Mailbox({ mailbox, total, stashed }: MailboxProps) {
  return (
    <div className="actor-state" data-testid="inspector-mailbox">
      <h3>
        Mailbox <span className="number">{formatCount(total)}</span>
        {stashed > 0 && <span className="number"> · {formatCount(stashed)} stashed</span>}
      </h3>
      {total === 0 ? (
        <p className="inspector-gone">Nothing waits.</p>
      ) : (
        <ol className="waiting mailbox-rows" aria-label="Waiting messages">
          {mailbox.map((waiting, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a mailbox is an order of places; equal messages are equal.
            <li key={index} data-testid="waiting" data-kind={waiting.kind}>
              <Waiting waiting={waiting} />
            </li>
          ))}
          {total > mailbox.length && <li className="inspector-gone">and {formatCount(total - mailbox.length)} more</li>}
        </ol>
      )}
    </div>
  );
}

function Waiting({ waiting }: { readonly waiting: WaitingMessage }) {
  const { transport } = usePlayground();
  const { kind, isSignal, from, cause, waitedMs, message } = waiting;
  return (
    <details>
      <summary className="waiting-row">
        <ChevronRight className="waiting-mark" size={13} aria-hidden />
        <span className="waiting-kind">{isSignal ? `signal ${kind}` : kind}</span>
        <span className="waiting-from">{from === '' ? 'from outside' : `from ${nameOf(from)}`}</span>
        <span className="waiting-time number">{formatVirtual(waitedMs)}</span>
      </summary>
      <div className="waiting-content">
        <StateTree value={message} />
        {cause > 0 && (
          <Button
            kind="quiet"
            className="waiting-cause number"
            data-testid="waiting-cause"
            onClick={() => transport.show(transport.seek(cause))}
          >
            Sent by step {formatCount(cause)}
          </Button>
        )}
      </div>
    </details>
  );
}
