/** The corner above the names: how wide steps are, what the signs mean, and the way back to hidden actors. */
import { CircleQuestionMark, Eye, Minus, Plus } from 'lucide-react';
import type { ReactNode } from 'react';
import { AXIS_HEIGHT, COLUMN_WIDTHS } from './geometry.ts';

export interface CornerProps {
  readonly zoom: number;
  readonly onZoom: (zoom: number) => void;
  readonly hasLegend: boolean;
  readonly legendId: string;
  readonly onLegend: (isOpen: boolean) => void;
  readonly hidden: number;
  readonly onShowAll: () => void;
}

export function Corner({ zoom, onZoom, hasLegend, legendId, onLegend, hidden, onShowAll }: CornerProps) {
  return (
    <div className="st-corner" style={{ height: AXIS_HEIGHT }}>
      <Zoom label="Narrower steps" zoom={zoom - 1} onZoom={onZoom}>
        <Minus size={14} aria-hidden />
      </Zoom>
      <Zoom label="Wider steps" zoom={zoom + 1} onZoom={onZoom}>
        <Plus size={14} aria-hidden />
      </Zoom>
      <button
        type="button"
        aria-label="What the signs mean"
        title="What the signs mean"
        aria-expanded={hasLegend}
        aria-controls={legendId}
        onClick={() => onLegend(!hasLegend)}
      >
        <CircleQuestionMark size={14} aria-hidden />
      </button>
      {hidden > 0 && (
        <button
          type="button"
          className="st-hidden number"
          aria-label={`${hidden} hidden: show all`}
          title={`${hidden} hidden: show all`}
          data-testid="st-show-hidden"
          onClick={onShowAll}
        >
          <Eye size={13} aria-hidden />
          {hidden}
          <span>hidden</span>
        </button>
      )}
    </div>
  );
}

interface ZoomProps {
  readonly label: string;
  /** Where it leads to. */
  readonly zoom: number;
  readonly onZoom: (zoom: number) => void;
  readonly children: ReactNode;
}

function Zoom({ label, zoom, onZoom, children }: ZoomProps) {
  const isPossible = COLUMN_WIDTHS[zoom] !== undefined;
  return (
    <button type="button" aria-label={label} title={label} disabled={!isPossible} onClick={() => onZoom(zoom)}>
      {children}
    </button>
  );
}
