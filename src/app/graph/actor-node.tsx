/**
 * An actor in the graph: a box of fixed size that subscribes to its own slice of the actor store. `data` never changes
 * while the actor lives, so the graph itself stays still while the numbers move.
 */
import './actor-node.css';
import { Handle, type Node, type NodeProps, Position, useStore } from '@xyflow/react';
import { Inbox, RotateCw } from 'lucide-react';
import { memo } from 'react';
import type { ActorSlice } from '../stores/actor-store.ts';
import { BreakerPill } from '../ui/breaker-pill.tsx';
import { formatCount, formatShort, nameOf } from '../ui/format.ts';
import { WorkerBadge } from '../ui/worker-badge.tsx';
import { useActor, useActors, useView } from '../use-playground.ts';
import { NODE_HEIGHT, NODE_WIDTH } from './layout.ts';

export interface ActorNodeData extends Record<string, unknown> {
  readonly path: string;
}

export type ActorFlowNode = Node<ActorNodeData, 'actor'>;

const SIZE = { width: NODE_WIDTH, height: NODE_HEIGHT };
/** Below this zoom nobody can read the numbers, so they are not rendered either. */
const READABLE_ZOOM = 0.36;

export const ActorNode = memo(function ActorNode({ data, selected }: NodeProps<ActorFlowNode>) {
  const isReadable = useStore((state) => state.transform[2] >= READABLE_ZOOM);
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} className="actor-handle" />
      {isReadable ? (
        <FullNode path={data.path} selected={selected} />
      ) : (
        <FarNode path={data.path} selected={selected} />
      )}
      <Handle type="source" position={Position.Right} isConnectable={false} className="actor-handle" />
    </>
  );
});

interface NodeContentProps {
  readonly path: string;
  readonly selected: boolean;
}

function FullNode({ path, selected }: NodeContentProps) {
  const slice = useActor(path);
  return slice === undefined ? (
    <div className="actor-node" style={SIZE} />
  ) : (
    <ActorBox slice={slice} selected={selected} />
  );
}

/** From afar: the name, and colours for what needs attention. Renders again only when one of those changes. */
function FarNode({ path, selected }: NodeContentProps) {
  const status = useActors((state) => state.byPath.get(path)?.view.status);
  const breaker = useActors((state) => state.byPath.get(path)?.view.breaker);
  const flash = useActors((state) => state.byPath.get(path)?.flash);
  const tenths = useActors((state) => {
    const view = state.byPath.get(path)?.view;
    return view === undefined ? 0 : Math.round(mailboxShare(view.mailboxDepth, view.mailboxCapacity) * 10);
  });
  return (
    <div
      className="actor-node actor-node-far"
      style={SIZE}
      data-testid="actor-node"
      data-path={path}
      data-status={status}
      data-selected={selected || undefined}
      data-breaker={breaker}
      data-flash={flash}
    >
      <span className="actor-name">{nameOf(path)}</span>
      <span className="mailbox" data-level={levelOf(tenths / 10)}>
        <span className="mailbox-track">
          <span className="mailbox-fill" style={{ transform: `scaleX(${tenths / 10})` }} />
        </span>
      </span>
    </div>
  );
}

function mailboxShare(depth: number, capacity: number): number {
  return capacity > 0 ? Math.min(1, depth / capacity) : 0;
}

function levelOf(share: number): 'low' | 'high' | 'full' {
  return share >= 0.9 ? 'full' : share >= 0.5 ? 'high' : 'low';
}

function ActorBox({ slice, selected }: { readonly slice: ActorSlice; readonly selected: boolean }) {
  const { view, perSecond, flash, recentError } = slice;
  const isPointedAt = useView((state) => state.pointedAt === view.path);
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
      data-pointed={isPointedAt || undefined}
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
          view.breaker === undefined && (
            <span className="actor-behavior" title={view.behavior}>
              {view.behavior}
            </span>
          )
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
          <span
            className="actor-slow number"
            data-testid="slow-badge"
            title={`Each message takes ${view.slowMs} ms longer`}
          >
            +{view.slowMs} ms
          </span>
        )}
        {view.slowFactor !== undefined && view.slowFactor !== 1 && (
          <span className="actor-slow number" title={`Its work takes ${view.slowFactor} times as long`}>
            ×{view.slowFactor}
          </span>
        )}
        <span
          className="actor-restarts number"
          data-some={view.restarts > 0 || undefined}
          title="Restarts since it was started"
        >
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
  const share = mailboxShare(depth, capacity);
  return (
    <div
      className="mailbox"
      data-level={levelOf(share)}
      title={`${formatCount(depth)} of ${formatCount(capacity)} messages wait`}
    >
      <Inbox size={14} className="mailbox-icon" aria-hidden />
      <span className="mailbox-track">
        <span className="mailbox-fill" style={{ transform: `scaleX(${share})` }} />
      </span>
      <span className="mailbox-depth number" data-testid="mailbox-depth">
        {formatCount(depth)}
      </span>
    </div>
  );
}
