/** One panel at a time, with a tab bar within reach of the thumb. */
import './layouts.css';
import { Tabs } from '@base-ui/react/tabs';
import { Activity, List, Split, Workflow, Zap } from 'lucide-react';
import type { PanelName } from '../../share/shared-run.ts';
import { EventsPanel } from '../events/events-panel.tsx';
import { FaultsPanel } from '../faults/faults-panel.tsx';
import { GraphPanel } from '../graph/graph-panel.tsx';
import { NextPanel } from '../next/next-panel.tsx';
import { WhyPane } from '../next/why-pane.tsx';
import { TransportBar } from '../transport/transport-bar.tsx';
import { useIsSimulated, usePlayground, useView } from '../use-playground.ts';
import { LowerPanel } from './lower-panel.tsx';

const TABS = [
  { value: 'graph', label: 'Graph', Icon: Workflow, Content: GraphPanel },
  { value: 'plots', label: 'Plots', Icon: Activity, Content: LowerPanel },
  { value: 'faults', label: 'Faults', Icon: Zap, Content: FaultsPanel },
  { value: 'events', label: 'Events', Icon: List, Content: EventsPanel },
  { value: 'next', label: 'Next', Icon: Split, Content: NextPanel },
] as const;

export function NarrowLayout() {
  const { view } = usePlayground();
  const isSimulated = useIsSimulated();
  const tabs = isSimulated ? TABS : TABS.filter(({ value }) => value !== 'next');
  const wanted = useView((state) => state.panel);
  const panel = tabs.some(({ value }) => value === wanted) ? wanted : 'graph';
  return (
    <Tabs.Root className="narrow-layout" value={panel} onValueChange={(value: PanelName) => view.showPanel(value)}>
      {tabs.map(({ value, Content }) => (
        <Tabs.Panel key={value} value={value} className="narrow-body">
          <Content />
        </Tabs.Panel>
      ))}
      <SelectionBar />
      {isSimulated && <WhyPane />}
      {isSimulated && <TransportBar />}
      <Tabs.List className="tab-bar" aria-label="Panels">
        {tabs.map(({ value, label, Icon }) => (
          <Tabs.Tab key={value} value={value} className="tab-bar-tab" data-testid={`tab-${value}`}>
            <Icon size={18} aria-hidden />
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
    </Tabs.Root>
  );
}

/** On the graph and the plots, what is selected and the way to it. */
function SelectionBar() {
  const { view } = usePlayground();
  const selected = useView((state) => state.selected);
  const panel = useView((state) => state.panel);
  if (selected === undefined || panel === 'faults') return null;
  return (
    <button
      type="button"
      className="selection-bar"
      data-testid="selection-bar"
      onClick={() => view.showPanel('faults')}
    >
      <code>{selected}</code>
      <span>Inspect</span>
    </button>
  );
}
