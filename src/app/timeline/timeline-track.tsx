/** The rows of the timeline as one drawing: lines, connectors, and marks whose height says how grave they are. */
import { memo } from 'react';
import { ROW_HEIGHT, type TimelineLayout, type TimelineRow, xOfStep } from './timeline-layout.ts';

const MARK_HEIGHTS = { 1: 6, 2: 10, 3: 16 } as const;

export interface TimelineTrackProps {
  readonly layout: TimelineLayout;
  readonly branch: number;
  readonly step: number;
}

export function TimelineTrack({ layout, branch, step }: TimelineTrackProps) {
  const { scale, rows, height } = layout;
  const x = xOfStep(scale, step);
  return (
    <svg className="timeline-drawing" width={scale.width} height={height} aria-hidden>
      {rows.map(({ branch: one, connector }) => connector && <Connector key={one} {...connector} />)}
      {rows.map((row) => (
        <g
          key={row.branch}
          data-testid="timeline-row"
          data-branch={row.branch}
          data-present={row.branch === branch || undefined}
        >
          <rect className="timeline-hit" x={0} y={row.y - ROW_HEIGHT / 2} width={scale.width} height={ROW_HEIGHT}>
            {row.branch !== branch && <title>{`${row.name}: click to go there`}</title>}
          </rect>
          <rect
            className="timeline-line"
            x={row.x0}
            y={row.y - 2}
            width={Math.max(2, row.x1 - row.x0)}
            height={4}
            rx={2}
          />
          {row.branch === branch && <rect className="timeline-past" x={0} y={row.y - 2} width={x} height={4} rx={2} />}
          <Marks row={row} />
        </g>
      ))}
    </svg>
  );
}

/** Down from the parent's row, then to the right: the branch begins where the corner is. */
function Connector({ x, y0, y1 }: { readonly x: number; readonly y0: number; readonly y1: number }) {
  return (
    <g className="timeline-connector">
      <path d={`M ${x} ${y0} V ${y1 - 4} Q ${x} ${y1} ${x + 4} ${y1}`} />
      <circle cx={x} cy={y0} r={2.5} />
    </g>
  );
}

/** Hundreds of them, and they change seldom: not drawn again for each step of the cursor. */
const Marks = memo(function Marks({ row }: { readonly row: TimelineRow }) {
  return (
    <g>
      {row.marks.map(({ x, width, worst, title }) => {
        const height = MARK_HEIGHTS[worst.gravity];
        return (
          <rect
            key={title}
            x={x}
            y={row.y - height / 2}
            width={width}
            height={height}
            rx={1}
            fill={`var(${worst.color})`}
            data-mark={worst.mark}
          >
            <title>{title}</title>
          </rect>
        );
      })}
    </g>
  );
});
