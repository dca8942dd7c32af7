/** The timeline of the present run: all branches, and the hand that moves along them. */
import type { BranchView } from '../../engine/simulation.ts';
import { TimelineBar } from '../timeline/timeline-bar.tsx';
import { useFeed, usePlayground, useSimulation } from '../use-playground.ts';

const NONE: readonly BranchView[] = [];

export function RunTimeline() {
  const { run, transport } = usePlayground();
  useFeed('timeline', true);
  const branches = useSimulation((state) => state.reading?.branches ?? NONE);
  const branch = useSimulation((state) => state.reading?.branch ?? 0);
  const step = useSimulation((state) => state.reading?.step ?? 0);
  const head = useSimulation((state) => state.reading?.head ?? 0);
  const timeline = useSimulation((state) => state.timeline?.value);
  const shown = (call: Promise<void>): Promise<void> => call.then(run.dismissRefusal, run.showRefusal);
  return (
    <TimelineBar
      branches={branches}
      branch={branch}
      step={step}
      head={head}
      timeline={timeline}
      onSeek={(target) => shown(transport.seek(target))}
      onSwitch={(target) => shown(transport.switchBranch(target))}
      onSwitchStep={(target, at) => shown(transport.switchBranch(target, at))}
    />
  );
}
