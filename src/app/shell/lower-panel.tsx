/** What is below the graph: the plots, and in a simulated run the space–time diagram beside them. */
import { Tabs } from '@base-ui/react/tabs';
import { useState } from 'react';
import type { LowerName } from '../../share/shared-run.ts';
import { MarkerLegend, Plots, PlotsPanel } from '../plots/plots-panel.tsx';
import { rangeAround } from '../space-time/needed-steps.ts';
import { SpaceTime } from '../space-time/space-time.tsx';
import type { StepRange } from '../stores/simulation-store.ts';
import { Segmented } from '../ui/segmented.tsx';
import { useFeed, useIsSimulated, usePlayground, useSimulation, useView } from '../use-playground.ts';

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

/** Closer to the end of the window than this, the cursor could be seen without what is beside it. */
const MARGIN = 40;

function isBeyond({ from, to }: StepRange, current: number, head: number): boolean {
  return (from > 1 && current < from + MARGIN) || (to <= head && current > to - MARGIN);
}

/** Steps before and after the present one that are asked for at first. */
const WINDOW_BEFORE = 500;
const WINDOW_AFTER = 200;
const NO_STEPS = [] as const;
const NO_MESSAGES = [] as const;

function SpaceTimePane() {
  const { run, transport, view, lifelines } = usePlayground();
  const isPlaying = useSimulation((state) => state.reading?.isPlaying ?? false);
  const current = useSimulation((state) => state.reading?.step ?? 0);
  const head = useSimulation((state) => state.reading?.head ?? 0);
  const now = useSimulation((state) => state.reading?.atMs ?? 0);
  const inFlight = useSimulation((state) => state.reading?.inFlight ?? NO_MESSAGES);
  const steps = useSimulation((state) => state.steps?.value ?? NO_STEPS);
  const selected = useView((state) => state.selected);
  const [range, setRange] = useState<StepRange>(() => ({
    from: Math.max(1, current - WINDOW_BEFORE),
    to: current + WINDOW_AFTER,
  }));
  // Sent somewhere that is not in the window: the window comes along at once, not when the diagram notices.
  const [seen, setSeen] = useState(current);
  if (seen !== current) {
    setSeen(current);
    if (!isPlaying && isBeyond(range, current, head)) setRange(rangeAround(current, head));
  }
  useFeed('steps', range);
  return (
    <SpaceTime
      steps={steps}
      current={current}
      head={head}
      inFlight={inFlight}
      now={now}
      selected={selected}
      isPlaying={isPlaying}
      lifelines={lifelines}
      onSeek={(step) => transport.seek(step).catch(run.showRefusal)}
      onSelect={(path) => view.select(path)}
      loadDetail={async (step) => run.simulation().stepDetail(step)}
      onNeedSteps={(from, to) => setRange({ from, to })}
    />
  );
}
