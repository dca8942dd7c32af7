/** Graph over plots on the left, faults, events and what comes next on the right; the borders can be dragged and are remembered. */
import './layouts.css';
import { Tabs } from '@base-ui/react/tabs';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import { EventsPanel } from '../events/events-panel.tsx';
import { FaultsPanel } from '../faults/faults-panel.tsx';
import { GraphPanel } from '../graph/graph-panel.tsx';
import { NextPanel } from '../next/next-panel.tsx';
import { WhyPane } from '../next/why-pane.tsx';
import { remembered } from '../remembered.ts';
import { Segmented } from '../ui/segmented.tsx';
import { useIsSimulated, usePlayground, useView } from '../use-playground.ts';
import { LowerPanel } from './lower-panel.tsx';

type SideTab = 'faults' | 'events' | 'next';

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
            <LowerPanel />
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
  const isSimulated = useIsSimulated();
  const panel = useView((state) => state.panel);
  const tab: SideTab = panel === 'events' || (panel === 'next' && isSimulated) ? panel : 'faults';
  return (
    <aside className="side-panel" aria-label="Faults, events and what comes next">
      <Tabs.Root className="side-tabs" value={tab} onValueChange={(value: SideTab) => view.showPanel(value)}>
        <header className="panel-head">
          <Segmented
            label="Side panel"
            segments={[
              { value: 'faults', label: 'Faults', testId: 'tab-faults' },
              { value: 'events', label: 'Events', testId: 'tab-events' },
              ...(isSimulated ? [{ value: 'next', label: 'Next', testId: 'tab-next' }] : []),
            ]}
          />
        </header>
        <Tabs.Panel value="faults" className="side-body">
          <FaultsPanel />
        </Tabs.Panel>
        <Tabs.Panel value="events" className="side-body">
          <EventsPanel />
        </Tabs.Panel>
        {isSimulated && (
          <Tabs.Panel value="next" className="side-body">
            <NextPanel />
          </Tabs.Panel>
        )}
      </Tabs.Root>
      {isSimulated && <WhyPane />}
    </aside>
  );
}
