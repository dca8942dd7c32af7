/** Graph over plots on the left, faults and events on the right; the borders can be dragged and are remembered. */
import './layouts.css';
import { Tabs } from '@base-ui/react/tabs';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import { EventsPanel } from '../events/events-panel.tsx';
import { FaultsPanel } from '../faults/faults-panel.tsx';
import { GraphPanel } from '../graph/graph-panel.tsx';
import { PlotsPanel } from '../plots/plots-panel.tsx';
import { remembered } from '../remembered.ts';
import { Segmented } from '../ui/segmented.tsx';
import { usePlayground, useView } from '../use-playground.ts';

type SideTab = 'faults' | 'events';

export function WideLayout() {
  const columns = useDefaultLayout({ id: 'playhouse.columns', storage: remembered });
  const rows = useDefaultLayout({ id: 'playhouse.rows', storage: remembered });
  return (
    <Group
      className="wide-layout"
      orientation="horizontal"
      defaultLayout={columns.defaultLayout}
      onLayoutChanged={columns.onLayoutChanged}
    >
      <Panel id="panel-stage" minSize="420px">
        <Group orientation="vertical" defaultLayout={rows.defaultLayout} onLayoutChanged={rows.onLayoutChanged}>
          <Panel id="panel-graph" minSize="180px">
            <GraphPanel />
          </Panel>
          <Separator className="separator separator-row" aria-label="Height of the plots" />
          <Panel id="panel-plots" defaultSize="340px" minSize="200px">
            <PlotsPanel />
          </Panel>
        </Group>
      </Panel>
      <Separator className="separator separator-column" aria-label="Width of the side panel" />
      <Panel
        id="panel-side"
        defaultSize="344px"
        minSize="300px"
        maxSize="560px"
        groupResizeBehavior="preserve-pixel-size"
      >
        <SidePanel />
      </Panel>
    </Group>
  );
}

function SidePanel() {
  const { view } = usePlayground();
  const tab: SideTab = useView((state) => (state.panel === 'events' ? 'events' : 'faults'));
  return (
    <aside className="side-panel" aria-label="Faults and events">
      <Tabs.Root className="side-tabs" value={tab} onValueChange={(value: SideTab) => view.showPanel(value)}>
        <header className="panel-head">
          <Segmented
            label="Side panel"
            segments={[
              { value: 'faults', label: 'Faults', testId: 'tab-faults' },
              { value: 'events', label: 'Events', testId: 'tab-events' },
            ]}
          />
        </header>
        <Tabs.Panel value="faults" className="side-body">
          <FaultsPanel />
        </Tabs.Panel>
        <Tabs.Panel value="events" className="side-body">
          <EventsPanel />
        </Tabs.Panel>
      </Tabs.Root>
    </aside>
  );
}
