/** One panel at a time, with a tab bar within reach of the thumb. */
import './layouts.css';
import { Tabs } from '@base-ui/react/tabs';
import { Activity, List, Workflow, Zap } from 'lucide-react';
import type { PanelName } from '../../share/shared-run.ts';
import { EventsPanel } from '../events/events-panel.tsx';
import { FaultsPanel } from '../faults/faults-panel.tsx';
import { GraphPanel } from '../graph/graph-panel.tsx';
import { PlotsPanel } from '../plots/plots-panel.tsx';
import { usePlayground, useView } from '../use-playground.ts';

const TABS = [
  { value: 'graph', label: 'Graph', Icon: Workflow, Content: GraphPanel },
  { value: 'plots', label: 'Plots', Icon: Activity, Content: PlotsPanel },
  { value: 'faults', label: 'Faults', Icon: Zap, Content: FaultsPanel },
  { value: 'events', label: 'Events', Icon: List, Content: EventsPanel },
] as const;

export function NarrowLayout() {
  const { view } = usePlayground();
  const panel = useView((state) => state.panel);
  return (
    <Tabs.Root className="narrow-layout" value={panel} onValueChange={(value: PanelName) => view.showPanel(value)}>
      {TABS.map(({ value, Content }) => (
        <Tabs.Panel key={value} value={value} className="narrow-body">
          <Content />
        </Tabs.Panel>
      ))}
      <SelectionBar />
      <Tabs.List className="tab-bar" aria-label="Panels">
        {TABS.map(({ value, label, Icon }) => (
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
