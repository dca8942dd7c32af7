/** Below the graph: plots or what the workers do, and in a simulated run the space–time diagram beside them. */
import { Tabs } from '@base-ui/react/tabs';
import type { LowerName } from '../../share/shared-run.ts';
import { MarkerLegend, Plots } from '../plots/plots-panel.tsx';
import { SpaceTimePane } from '../space-time/space-time-pane.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { useIsSimulated, usePlayground, useView } from '../use-playground.ts';
import { WorkersPane } from '../workers/workers-pane.tsx';

export function LowerPanel() {
  const { view } = usePlayground();
  const isSimulated = useIsSimulated();
  const wanted = useView((state) => state.lower);
  const lower: LowerName = wanted === 'space-time' && !isSimulated ? 'plots' : wanted;
  const name = isSimulated ? 'Plots, space–time diagram and workers' : 'Plots and workers';
  return (
    <Tabs.Root
      className="plots-panel"
      value={lower}
      onValueChange={(value: LowerName) => view.showLower(value)}
      render={<section aria-label={name} />}
    >
      <header className="plots-head lower-head">
        <h2 className="visually-hidden">{name}</h2>
        <Segmented
          label="Below the graph"
          segments={[
            { value: 'plots', label: 'Plots', testId: 'lower-plots', title: 'The last 60 seconds' },
            ...(isSimulated ? [{ value: 'space-time', label: 'Space–time', testId: 'lower-space-time' } as const] : []),
            { value: 'workers', label: 'Workers', testId: 'lower-workers' },
          ]}
        />
        {lower === 'plots' && <MarkerLegend />}
      </header>
      <Tabs.Panel value="plots" className="lower-body">
        <Plots />
      </Tabs.Panel>
      {isSimulated && (
        <Tabs.Panel value="space-time" className="lower-body">
          <SpaceTimePane />
        </Tabs.Panel>
      )}
      <Tabs.Panel value="workers" className="lower-body">
        <WorkersPane />
      </Tabs.Panel>
    </Tabs.Root>
  );
}
