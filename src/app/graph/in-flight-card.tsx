/** One message on its way: what it says, how far it is, and what can be done to it once it was clicked. */
import { X } from 'lucide-react';
import type { InFlight } from '../../engine/simulation.ts';
import { textOf } from '../faults/change-list.tsx';
import { IconButton } from '../ui/button.tsx';
import { formatVirtual, nameOf } from '../ui/format.ts';
import { InFlightActions } from './in-flight-actions.tsx';

const FIELDS_SHOWN = 8;
const VALUE_MAX = 48;
/** As in the style sheet. */
const CARD_WIDTH = 256;
const GAP_PX = 12;

/** What of the graph is in view: xyflow's transform, and its size on screen. */
export interface GraphView {
  readonly left: number;
  readonly top: number;
  readonly zoom: number;
  readonly width: number;
  readonly height: number;
}

export interface InFlightCardProps {
  readonly message: InFlight;
  readonly x: number;
  readonly y: number;
  /** Of the graph: the card keeps its own size, and stays inside. */
  readonly view: GraphView;
  readonly isPinned: boolean;
  readonly onClose: () => void;
}

export function InFlightCard({ message, x, y, view, isPinned, onClose }: InFlightCardProps) {
  const { from, to, kind, isSignal, sentMs, arrivesMs } = message;
  return (
    <div
      className="in-flight-card nopan nodrag nowheel"
      data-testid="in-flight-card"
      data-pinned={isPinned || undefined}
      style={{ left: x, top: y, transform: `scale(${1 / view.zoom}) ${besideDot(view, x, y)}` }}
    >
      <p className="in-flight-kind">
        {isSignal ? `signal ${kind}` : kind}
        {isPinned && (
          <IconButton label="Close" onClick={onClose}>
            <X size={14} aria-hidden />
          </IconButton>
        )}
      </p>
      <p className="in-flight-way">
        {from === '' ? 'outside' : nameOf(from)} → {nameOf(to)}
      </p>
      <dl className="code">
        {fieldsOf(message.message)
          .slice(0, FIELDS_SHOWN)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value.length > VALUE_MAX ? `${value.slice(0, VALUE_MAX)}…` : value}</dd>
            </div>
          ))}
      </dl>
      <p className="in-flight-way number">
        sent {formatVirtual(sentMs)}, arrives {formatVirtual(arrivesMs)}
      </p>
      {isPinned ? (
        <InFlightActions key={message.id} message={message} onAct={onClose} />
      ) : (
        <p className="in-flight-hint">Click to {isSignal ? 'delay it' : 'drop, duplicate or delay it'}.</p>
      )}
    </div>
  );
}

/** Below the dot, or above it in the lower half; and no further to the right than there is room. */
function besideDot({ left, top, zoom, width, height }: GraphView, x: number, y: number): string {
  const room = width - (x * zoom + left) - CARD_WIDTH - GAP_PX;
  const across = Math.max(GAP_PX - (x * zoom + left), Math.min(GAP_PX, room));
  const isLow = y * zoom + top > height / 2;
  return `translate(${across}px, ${isLow ? `calc(-100% - ${GAP_PX}px)` : `${GAP_PX}px`})`;
}

function fieldsOf(message: unknown): readonly (readonly [string, string])[] {
  if (typeof message !== 'object' || message === null) return message === undefined ? [] : [['value', textOf(message)]];
  return Object.entries(message)
    .filter(([name]) => name !== 'kind')
    .map(([name, value]) => [name, textOf(value)]);
}
