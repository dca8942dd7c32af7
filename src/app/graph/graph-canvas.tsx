/**
 * The xyflow canvas. Its nodes and edges are made from the topology alone, so they are rebuilt when actors come or go
 * and never because a number changed. The whole graph stays in view until a person pans or zooms.
 */
import '../ui/empty-note.css';
import { type EdgeTypes, type NodeChange, type NodeTypes, ReactFlow, useReactFlow } from '@xyflow/react';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { useStore } from 'zustand';
import { unreachable } from '../../base/assert.ts';
import type { GraphKind } from '../../share/shared-run.ts';
import type { ActorIdentity } from '../stores/actor-store.ts';
import type { FlowIdentity } from '../stores/flow-store.ts';
import { useSize } from '../ui/use-size.ts';
import { useActors, useIsSimulated, usePlayground, useSummary, useView } from '../use-playground.ts';
import { type ActorFlowNode, ActorNode } from './actor-node.tsx';
import { ArrowHeads, FlowEdge, type FlowEdgeData, TreeEdge } from './flow-edge.tsx';
import { layOutFlow } from './flow-layout.ts';
import { FIT } from './graph-tools.tsx';
import { InFlightLayer } from './in-flight-layer.tsx';
import { type Direction, type GraphLayout, NODE_HEIGHT, NODE_WIDTH } from './layout.ts';
import { MeasuredMessagesLayer } from './measured-messages-layer.tsx';
import { layOutTree } from './tree-layout.ts';

const NODE_TYPES: NodeTypes = { actor: ActorNode };
const EDGE_TYPES: EdgeTypes = { flow: FlowEdge, tree: TreeEdge };
/** Beyond this many, edges have neither labels nor motion. */
const DETAILED_EDGES_MAX = 60;
/** Beyond this many, actors outside of the view are not rendered. */
const ALL_RENDERED_MAX = 80;
const NO_FLOWS: readonly FlowIdentity[] = [];

export function GraphCanvas({ kind }: { readonly kind: GraphKind }) {
  const { flows, view } = usePlayground();
  const identities = useActors((state) => state.identities);
  const links = useStore(flows.store, (state) => (kind === 'flow' ? state.flows : NO_FLOWS));
  const selected = useView((state) => state.selected);
  const isSimulated = useIsSimulated();
  const isStopped = useSummary((state) => isSimulated && state.status === 'stopped');
  const frame = useRef<HTMLDivElement>(null);
  const size = useSize(frame);
  const direction: Direction = size.width > 0 && size.width < 620 ? 'down' : 'right';
  const layout = useMemo(() => layOut(kind, identities, links, direction), [kind, identities, links, direction]);

  const nodes = useMemo(() => makeNodes(layout, identities, selected), [layout, identities, selected]);
  const edges = useMemo(() => makeEdges(layout, kind), [layout, kind]);
  const onMoveStart = useStayInView(kind, layout, size);

  const onNodesChange = useCallback(
    (changes: NodeChange<ActorFlowNode>[]) => {
      for (const change of changes) if (change.type === 'select' && change.selected) view.select(change.id);
    },
    [view],
  );

  return (
    <div className="graph-frame" ref={frame}>
      <ArrowHeads />
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodesChange={onNodesChange}
        onPaneClick={() => view.select(undefined)}
        onMoveStart={onMoveStart}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        elevateNodesOnSelect={false}
        deleteKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        minZoom={0.08}
        maxZoom={2}
        onlyRenderVisibleElements={nodes.length > ALL_RENDERED_MAX}
        ariaLabelConfig={{ 'node.a11yDescription.default': 'Press Enter to inspect this actor.' }}
      >
        {isSimulated ? <InFlightLayer layout={layout} /> : <MeasuredMessagesLayer layout={layout} />}
      </ReactFlow>
      {isStopped && identities.length === 0 && (
        <p className="empty-note">No actor is left. One step back, and the last one is there again.</p>
      )}
    </div>
  );
}

function layOut(
  kind: GraphKind,
  actors: readonly ActorIdentity[],
  links: readonly FlowIdentity[],
  direction: Direction,
): GraphLayout {
  switch (kind) {
    case 'flow':
      return layOutFlow(actors, links, direction);
    case 'tree':
      return layOutTree(actors, direction);
    default:
      return unreachable(kind, 'graph');
  }
}

function makeNodes(
  layout: GraphLayout,
  identities: readonly ActorIdentity[],
  selected: string | undefined,
): ActorFlowNode[] {
  const behaviors = new Map(identities.map(({ path, behavior }) => [path, behavior]));
  return layout.nodes.map(({ path, x, y }) => ({
    id: path,
    type: 'actor',
    position: { x, y },
    width: NODE_WIDTH,
    height: NODE_HEIGHT,
    data: { path },
    selected: path === selected,
    ariaRole: 'button',
    ariaLabel: `${path}, ${behaviors.get(path) ?? 'actor'}`,
    domAttributes: { 'aria-pressed': path === selected },
  }));
}

function makeEdges(layout: GraphLayout, kind: GraphKind) {
  const detailed = layout.edges.length <= DETAILED_EDGES_MAX;
  return layout.edges.map((placed) => {
    const data: FlowEdgeData = { placed, detailed };
    return { id: placed.key, type: kind, source: placed.from, target: placed.to, data, selectable: false };
  });
}

/** Fits the graph when it or its frame changes, until a person moves it; a new set of actors starts over. */
function useStayInView(
  kind: GraphKind,
  layout: GraphLayout,
  size: { readonly width: number; readonly height: number },
) {
  const flow = useReactFlow();
  const movedByHand = useRef(false);
  const shape = useRef('');
  useEffect(() => {
    const nextShape = [kind, ...layout.nodes.map((node) => node.path)].join();
    if (nextShape !== shape.current) movedByHand.current = false;
    shape.current = nextShape;
    if (movedByHand.current || size.width === 0 || layout.nodes.length === 0) return;
    // xyflow takes over new nodes in its own effect, so the fit waits for the next frame.
    const request = requestAnimationFrame(() => void flow.fitView(FIT));
    return () => cancelAnimationFrame(request);
  }, [kind, layout, size, flow]);
  return useCallback((event: MouseEvent | TouchEvent | null) => {
    if (event !== null) movedByHand.current = true;
  }, []);
}
