/** Places the card of what is pointed at: above it where there is room, else below, and over everything else. */
import { type RefObject, useRef } from 'react';
import { createPortal } from 'react-dom';
import type { Hit } from './hit.ts';
import { recordOf, type SpaceTimeLayout } from './layout.ts';
import { FlightCard, FoldCard, StepCard } from './step-card.tsx';
import { deedsOf } from './step-text.ts';
import type { LoadDetail } from './use-step-detail.ts';

export interface PointedCardProps {
  readonly hit: Hit;
  readonly layout: SpaceTimeLayout;
  readonly hidden: ReadonlySet<string>;
  readonly root: RefObject<HTMLElement | null>;
  readonly loadDetail: LoadDetail;
  readonly onClose: () => void;
}

const WIDTH_PX = 304;
const HEIGHT_MAX_PX = 380;
/** On a small page it leaves something to see. */
const PAGE_PART_MAX = 0.55;
const GAP_PX = 18;
const EDGE_PX = 8;

export function PointedCard({ hit, layout, hidden, root, loadDetail, onClose }: PointedCardProps) {
  const box = root.current?.getBoundingClientRect();
  const content = useContent({ hit, layout, hidden, loadDetail });
  if (box === undefined || hit.kind === 'column' || content === null) return null;
  const x = box.left + hit.x;
  const y = box.top + hit.y;
  const above = y - GAP_PX - EDGE_PX;
  const below = window.innerHeight - y - GAP_PX - EDGE_PX;
  const width = Math.min(WIDTH_PX, window.innerWidth - 2 * EDGE_PX);
  const left = Math.min(window.innerWidth - width - EDGE_PX, Math.max(EDGE_PX, x - 40));
  const height = Math.min(HEIGHT_MAX_PX, window.innerHeight * PAGE_PART_MAX);
  const isAbove = above >= Math.min(below, height);
  return createPortal(
    <div
      // A new one for each thing, so that each lets the pointer pass for a moment before it can be pointed at itself.
      key={keyOf(hit)}
      className="st-card"
      data-testid="st-card"
      style={{
        left,
        width,
        maxHeight: Math.min(height, isAbove ? above : below),
        ...(isAbove ? { bottom: window.innerHeight - y + GAP_PX } : { top: y + GAP_PX }),
      }}
      onPointerLeave={onClose}
    >
      {content}
    </div>,
    document.body,
  );
}

function useContent({ hit, layout, hidden, loadDetail }: Omit<PointedCardProps, 'root' | 'onClose'>) {
  const { steps, columns } = layout;
  // The record must stay the same while the window of steps moves: what is known of it hangs on it.
  const known = useRef<ReturnType<typeof recordOf>>(undefined);
  if (hit.kind === 'flight') return <FlightCard flight={hit.flight} />;
  if (hit.kind === 'fold') {
    const column = columns[hit.column];
    if (column === undefined || hit.isOpen) return null;
    return <FoldCard first={column.first} last={column.last} deeds={deedsOf(steps, column, hidden)} />;
  }
  const record = recordOf(steps, hit.step);
  if (record === undefined) return null;
  if (!isSame(known.current, record)) known.current = record;
  return <StepCard record={known.current ?? record} loadDetail={loadDetail} />;
}

function isSame(a: ReturnType<typeof recordOf>, b: NonNullable<ReturnType<typeof recordOf>>): boolean {
  return a !== undefined && a.step === b.step && a.path === b.path && a.label === b.label && a.atMs === b.atMs;
}

function keyOf(hit: Hit): string {
  if (hit.kind === 'flight') return `flight ${hit.flight.first.id}`;
  return hit.kind === 'fold' ? `fold ${hit.column}` : `${hit.kind} ${hit.step}`;
}
