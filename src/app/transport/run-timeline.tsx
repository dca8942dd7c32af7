/** The timeline of the present run: all branches, and the hand that moves along them. */
import type { BranchView } from '../../engine/simulation.ts';
import { TimelineBar } from '../timeline/timeline-bar.tsx';
import { useFeed, usePlayground, useSimulation } from '../use-playground.ts';

const NONE: readonly BranchView[] = [];

export function RunTimeline() {
  const { transport } = usePlayground();
  useFeed('timeline', true);
  const branches = useSimulation((state) => state.reading?.branches ?? NONE);
  const branch = useSimulation((state) => state.reading?.branch ?? 0);
  const step = useSimulation((state) => state.reading?.step ?? 0);
  const head = useSimulation((state) => state.reading?.head ?? 0);
  const timeline = useSimulation((state) => state.timeline?.value);
  return (
    <TimelineBar
      branches={branches}
      branch={branch}
      step={step}
      head={head}
      timeline={timeline}
      onSeek={(target) => transport.show(transport.seek(target))}
      onSwitch={(target) => transport.show(transport.switchBranch(target))}
      onSwitchStep={(target, at) => transport.show(transport.switchBranch(target, at))}
    />
  );
}
