/**
 * A message-flow edge: its width and its label come from the messages of the last second.
 */
import type { Edge, EdgeProps } from '@xyflow/react';
import { memo } from 'react';
import { useStore } from 'zustand';
import { formatShort } from '../ui/format.ts';
import { usePlayground } from '../use-playground.ts';
import type { PlacedEdge } from './layout.ts';

export interface FlowEdgeData extends Record<string, unknown> {
  readonly placed: PlacedEdge;
  /** False in crowded graphs, where labels would only cover each other. */
  readonly detailed: boolean;
}

export type FlowGraphEdge = Edge<FlowEdgeData, 'flow'>;

const LABEL_WIDTH = 40;
const LABEL_HEIGHT = 18;

export const FlowEdge = memo(function FlowEdge({ data, id }: EdgeProps<FlowGraphEdge>) {
  const { flows } = usePlayground();
  // What is drawn is rounded first, so that an edge redraws only when it would look different.
  const shown = useStore(flows.store, (state) => formatShort(state.perSecond.get(id) ?? 0));
  const level = useStore(flows.store, (state) => levelOf(state.perSecond.get(id) ?? 0));
  if (data === undefined) return null;
  const { placed, detailed } = data;
  return (
    <g className="flow-edge" data-testid="flow-edge" data-from={placed.from} data-to={placed.to} data-level={level}>
      <path
        className="flow-line"
        d={placed.line}
        style={{ strokeWidth: 1 + level * 0.25 }}
        markerEnd={`url(#${level > 0 ? ARROW_ACTIVE : ARROW})`}
      />
      {detailed && level > 0 && (
        <g className="flow-label" transform={`translate(${placed.labelX} ${placed.labelY})`}>
          <rect x={-LABEL_WIDTH / 2} y={-LABEL_HEIGHT / 2} width={LABEL_WIDTH} height={LABEL_HEIGHT} rx={5} />
          <text className="number" textAnchor="middle" dy="0.36em">
            {shown}
          </text>
        </g>
      )}
    </g>
  );
});

const ARROW = 'flow-arrow';
const ARROW_ACTIVE = 'flow-arrow-active';

/** The arrow heads that the edges refer to; to be rendered once beside the graph. */
export function ArrowHeads() {
  return (
    <svg className="arrow-heads" aria-hidden>
      <defs>
        {[ARROW, ARROW_ACTIVE].map((id) => (
          <marker
            key={id}
            id={id}
            viewBox="0 0 8 8"
            refX="7.5"
            refY="4"
            markerWidth="8"
            markerHeight="8"
            markerUnits="userSpaceOnUse"
            orient="auto"
          >
            <path className={id} d="M0 0.5L8 4L0 7.5z" />
          </marker>
        ))}
      </defs>
    </svg>
  );
}

/** 0 for silence, then one step for each power of ten, at most 5. */
function levelOf(perSecond: number): number {
  if (perSecond <= 0) return 0;
  return Math.min(5, Math.max(1, Math.floor(Math.log10(perSecond)) + 1));
}

/** A supervision edge: from parent to child, without numbers. */
export const TreeEdge = memo(function TreeEdge({ data }: EdgeProps<Edge<FlowEdgeData, 'tree'>>) {
  return data === undefined ? null : <path className="tree-line" d={data.placed.line} />;
});
