/** What is below the graph: the plots, and in a simulated run the space–time diagram beside them. */
import { Tabs } from '@base-ui/react/tabs';
import type { LowerName } from '../../share/shared-run.ts';
import { MarkerLegend, Plots, PlotsPanel } from '../plots/plots-panel.tsx';
import { SpaceTimePane } from '../space-time/space-time-pane.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { useIsSimulated, usePlayground, useView } from '../use-playground.ts';

export function LowerPanel() {
  return useIsSimulated() ? <SimulatedLowerPanel /> : <PlotsPanel />;
}

function SimulatedLowerPanel() {
  const { view } = usePlayground();
  const lower = useView((state) => state.lower);
  return (
    <Tabs.Root
      className="plots-panel"
      value={lower}
      onValueChange={(value: LowerName) => view.showLower(value)}
      render={<section aria-label="Plots and space–time diagram" />}
    >
      <header className="plots-head lower-head">
        <h2 className="visually-hidden">Plots and space–time diagram</h2>
        <Segmented
          label="Below the graph"
          segments={[
            { value: 'plots', label: 'Plots', testId: 'lower-plots' },
            { value: 'space-time', label: 'Space–time', testId: 'lower-space-time' },
          ]}
        />
        {lower === 'plots' && <MarkerLegend />}
      </header>
      <Tabs.Panel value="plots" className="lower-body">
        <Plots />
      </Tabs.Panel>
      <Tabs.Panel value="space-time" className="lower-body">
        <SpaceTimePane />
      </Tabs.Panel>
    </Tabs.Root>
  );
}
