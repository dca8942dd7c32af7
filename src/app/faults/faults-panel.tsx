/** Everything that can be done to the running system, and a close look at the selected actor. */
import './faults-panel.css';
import { useEffect, useRef } from 'react';
import { useActor, useView } from '../use-playground.ts';
import { ActorInspector } from './actor-inspector.tsx';
import { BreakerCards } from './breaker-cards.tsx';
import { Experiments } from './experiments.tsx';
import { ParameterControls } from './parameter-controls.tsx';
import { WorkerFaults } from './worker-faults.tsx';

export function FaultsPanel() {
  const selected = useView((state) => state.selected);
  const slice = useActor(selected);
  const panel = useRef<HTMLDivElement>(null);
  // A new selection is looked at from its top, wherever the panel was scrolled to.
  useEffect(() => {
    if (selected !== undefined) panel.current?.parentElement?.scrollTo({ top: 0 });
  }, [selected]);
  return (
    <div className="faults-panel" ref={panel}>
      {selected === undefined ? <NothingSelected /> : <ActorInspector path={selected} slice={slice} />}
      {/* Whoever has not chosen anything yet is told what there is to do; whoever has, finds it at the end. */}
      {selected === undefined && <Experiments />}
      <BreakerCards except={selected} />
      <ParameterControls />
      {selected === undefined && <WorkerFaults />}
      {selected !== undefined && <Experiments />}
    </div>
  );
}

function NothingSelected() {
  return (
    <section className="panel-section nothing-selected" data-testid="nothing-selected">
      <h2>No actor selected</h2>
      <p>Choose an actor in the graph to look into it, crash it or slow it down.</p>
    </section>
  );
}
