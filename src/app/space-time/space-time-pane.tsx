/** The space–time diagram of the present run: which of its steps are fetched, and what a person does with them. */
import { useCallback, useState } from 'react';
import type { StepRange } from '../stores/simulation-store.ts';
import { useFeed, usePlayground, useSimulation, useView } from '../use-playground.ts';
import { isBeyond, rangeAround } from './needed-steps.ts';
import { SpaceTime } from './space-time.tsx';
import type { LoadDetail } from './use-step-detail.ts';

const NO_STEPS = [] as const;
const NO_MESSAGES = [] as const;

export function SpaceTimePane() {
  const { run, transport, view, lifelines } = usePlayground();
  const isPlaying = useSimulation((state) => state.reading?.isPlaying ?? false);
  const current = useSimulation((state) => state.reading?.step ?? 0);
  const head = useSimulation((state) => state.reading?.head ?? 0);
  const now = useSimulation((state) => state.reading?.atMs ?? 0);
  const inFlight = useSimulation((state) => state.reading?.inFlight ?? NO_MESSAGES);
  const steps = useSimulation((state) => state.steps?.value ?? NO_STEPS);
  const selected = useView((state) => state.selected);
  const [range, setRange] = useState<StepRange>(() => rangeAround(current, head));
  // Sent somewhere that is not in the window: the window comes along at once, not when the diagram notices.
  const [seen, setSeen] = useState(current);
  if (seen !== current) {
    setSeen(current);
    if (!isPlaying && isBeyond(range, current, head)) setRange(rangeAround(current, head));
  }
  useFeed('steps', range);
  // The same one in every frame of a run that plays: a card that waits for it would begin to wait anew.
  const loadDetail = useCallback<LoadDetail>(async (step) => run.simulation().stepDetail(step), [run]);
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
      onSeek={(step) => transport.show(transport.seek(step))}
      onSelect={view.select}
      loadDetail={loadDetail}
      onNeedSteps={setRange}
    />
  );
}
