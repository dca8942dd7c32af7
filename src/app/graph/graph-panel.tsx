/** The graph: the same actors as message flow or as supervision tree, with its own small toolbar. */
import './graph-panel.css';
import '@xyflow/react/dist/base.css';
import { Tabs } from '@base-ui/react/tabs';
import { ReactFlowProvider } from '@xyflow/react';
import { Network, Workflow } from 'lucide-react';
import { useStore } from 'zustand';
import type { GraphKind } from '../../share/shared-run.ts';
import { Segmented } from '../ui/segmented.tsx';
import { useActors, usePlayground, useSimulation, useView } from '../use-playground.ts';
import { GraphCanvas } from './graph-canvas.tsx';
import { GraphTools } from './graph-tools.tsx';

export function GraphPanel() {
  const { view } = usePlayground();
  const graph = useView((state) => state.graph);
  return (
    <section className="graph-panel" aria-label="Actors">
      <ReactFlowProvider>
        <Tabs.Root className="graph-tabs" value={graph} onValueChange={(value: GraphKind) => view.showGraph(value)}>
          <header className="panel-head">
            <Segmented
              label="Graph"
              segments={[
                {
                  value: 'flow',
                  testId: 'graph-flow',
                  label: (
                    <>
                      <Workflow size={14} aria-hidden /> Message flow
                    </>
                  ),
                },
                {
                  value: 'tree',
                  testId: 'graph-tree',
                  label: (
                    <>
                      <Network size={14} aria-hidden /> Supervision tree
                    </>
                  ),
                },
              ]}
            />
            <GraphNote graph={graph} />
            <GraphTools />
          </header>
          {/* One canvas for both: two in one provider would share a store, and the one that leaves would empty it. */}
          <Tabs.Panel value={graph} className="graph-body">
            <GraphCanvas kind={graph} />
          </Tabs.Panel>
        </Tabs.Root>
      </ReactFlowProvider>
    </section>
  );
}

/** What the picture leaves out, and how its numbers were made. */
function GraphNote({ graph }: { readonly graph: GraphKind }) {
  const { flows } = usePlayground();
  const listed = useActors((state) => state.identities.length);
  const unlisted = useActors((state) => state.unlisted);
  const sampledEvery = useStore(flows.store, (state) => state.sampledEvery);
  const inFlight = useSimulation((state) => state.reading?.inFlightTotal ?? 0);
  const unseen = useSimulation((state) => inFlight - (state.reading?.inFlight.length ?? 0));
  const parts = [`${listed} ${listed === 1 ? 'actor' : 'actors'}`];
  if (unlisted > 0) parts.push(`${unlisted} more not listed`);
  if (graph === 'flow') {
    const estimate = sampledEvery > 1 ? `, estimated from 1 in ${sampledEvery}` : '';
    parts.push(`messages a second${estimate}`);
  }
  if (inFlight > 0) parts.push(`${inFlight} in flight${unseen > 0 ? `, +${unseen} more not shown` : ''}`);
  return (
    <p className="graph-note number" data-testid="graph-note">
      {parts.join(' · ')}
    </p>
  );
}
