/**
 * An actor in the graph: a box of fixed size that subscribes to its own slice of the actor store. `data` never changes
 * while the actor lives, so the graph itself stays still while the numbers move.
 */
import './actor-node.css';
import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { RotateCw, Timer } from 'lucide-react';
import { memo } from 'react';
import type { ActorSlice } from '../stores/actor-store.ts';
import { BreakerPill } from '../ui/breaker-pill.tsx';
import { formatCount, formatShort } from '../ui/format.ts';
import { WorkerBadge } from '../ui/worker-badge.tsx';
import { useActor } from '../use-playground.ts';
import { NODE_HEIGHT, NODE_WIDTH } from './layout.ts';

export interface ActorNodeData extends Record<string, unknown> {
  readonly path: string;
}

export type ActorFlowNode = Node<ActorNodeData, 'actor'>;

const SIZE = { width: NODE_WIDTH, height: NODE_HEIGHT };

export const ActorNode = memo(function ActorNode({ data, selected }: NodeProps<ActorFlowNode>) {
  const slice = useActor(data.path);
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} className="actor-handle" />
      {slice === undefined ? <div className="actor-node" style={SIZE} /> : <ActorBox slice={slice} selected={selected} />}
      <Handle type="source" position={Position.Right} isConnectable={false} className="actor-handle" />
    </>
  );
});

function ActorBox({ slice, selected }: { readonly slice: ActorSlice; readonly selected: boolean }) {
  const { view, perSecond, flash, recentError } = slice;
  const isRunning = view.status === 'running';
  return (
    <div
      className="actor-node"
      style={SIZE}
      data-testid="actor-node"
      data-path={view.path}
      data-status={view.status}
      data-selected={selected || undefined}
      data-breaker={view.breaker}
      data-flash={flash}
    >
      <div className="actor-row">
        <span className="actor-dot" data-status={view.status} aria-hidden />
        <span className="actor-name" title={view.path}>
          {view.name}
        </span>
        <WorkerBadge worker={view.worker} />
      </div>
      <div className="actor-row actor-behavior-row">
        {isRunning ? (
          <span className="actor-behavior" title={view.behavior}>
            {view.behavior}
          </span>
        ) : (
          <span className="actor-status" data-status={view.status} data-testid="actor-status">
            {view.status}
          </span>
        )}
        {view.breaker !== undefined && <BreakerPill phase={view.breaker} />}
      </div>
      <MailboxBar depth={view.mailboxDepth} capacity={view.mailboxCapacity} />
      <div className="actor-row actor-foot">
        <span className="number" data-testid="actor-rate" title="Turns a second">
          {formatShort(perSecond)}
          <span className="actor-unit">/s</span>
        </span>
        {view.slowMs > 0 && (
          <span className="actor-slow number" data-testid="slow-badge" title={`Every turn takes ${view.slowMs} ms longer`}>
            <Timer size={12} aria-hidden />+{view.slowMs} ms
          </span>
        )}
        <span className="actor-restarts number" data-some={view.restarts > 0 || undefined} title="Restarts">
          <RotateCw size={12} aria-hidden />
          <span data-testid="restarts">{view.restarts}</span>
        </span>
      </div>
      {recentError !== undefined && (
        <div className="actor-error" data-testid="actor-error" title={recentError}>
          {recentError}
        </div>
      )}
    </div>
  );
}

function MailboxBar({ depth, capacity }: { readonly depth: number; readonly capacity: number }) {
  const share = capacity > 0 ? Math.min(1, depth / capacity) : 0;
  const level = share >= 0.9 ? 'full' : share >= 0.5 ? 'high' : 'low';
  return (
    <div className="mailbox" data-level={level} title={`${formatCount(depth)} of ${formatCount(capacity)} messages wait`}>
      <span className="mailbox-label">Mailbox</span>
      <span className="mailbox-track">
        <span className="mailbox-fill" style={{ transform: `scaleX(${share})` }} />
      </span>
      <span className="mailbox-depth number" data-testid="mailbox-depth">
        {formatCount(depth)}
      </span>
    </div>
  );
}
