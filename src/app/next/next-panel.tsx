/** What could happen next, what is on its way, which branches there are, and what would make runs differ. Simulated runs only. */
import './next-panel.css';
import { PropertySection } from '../transport/property-pills.tsx';
import { BranchList } from './branch-list.tsx';
import { ChoiceList } from './choice-list.tsx';
import { InFlightList } from './in-flight-list.tsx';
import { Reports } from './reports.tsx';

export function NextPanel() {
  return (
    <div className="next-panel" data-testid="next-panel">
      <ChoiceList />
      <InFlightList />
      <BranchList />
      <PropertySection />
      <Reports />
    </div>
  );
}
