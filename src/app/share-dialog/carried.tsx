/** What a link or file carries, in words: everything that is in it, and what is not. */
import type { ReactNode } from 'react';
import type { Intervention } from '../../kernel/intervention.ts';
import { findScenario } from '../../scenarios/catalog.ts';
import type { SharedRun, SharedSimulation, SharedView } from '../../share/shared-run.ts';
import { formatCount, formatVirtual } from '../ui/format.ts';

export interface CarriedProps {
  readonly shared: SharedRun;
  /** Time of the position that is shown, of a simulated run. */
  readonly atMs: number;
}

export function Carried({ shared, atMs }: CarriedProps) {
  const { scenario: id, workers, simulation, view } = shared;
  return (
    <dl className="carried" data-testid="carried">
      <Row name="Scenario">{findScenario(id)?.title ?? id}</Row>
      <Row name="Parameters">{parametersText(shared)}</Row>
      <Row name={simulation === undefined ? 'Workers' : 'Processors'}>
        {workers ?? "one for each thread of the reader's machine"}
      </Row>
      {simulation !== undefined && (
        <>
          <Row name="Seed">{simulation.seed}</Row>
          <Row name="Position">{positionText(simulation, atMs)}</Row>
          <Row name="Interventions">{interventionsText(simulation)}</Row>
        </>
      )}
      <Row name="View">
        {viewText(view, simulation !== undefined)}
        {view.selected !== undefined && (
          <>
            , <code>{view.selected}</code> selected
          </>
        )}
      </Row>
      <Row name="Not carried">
        {simulation === undefined
          ? 'faults and what happened so far: the run starts afresh'
          : 'speed and breakpoints; states and events need not be: the same steps bring them about again'}
      </Row>
    </dl>
  );
}

function Row({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function parametersText({ scenario, parameters, simulation }: SharedRun): string {
  const definitions = findScenario(scenario)?.parameters ?? {};
  const changed = Object.entries(definitions).filter(([name]) => parameters[name] !== undefined);
  const texts = changed.map(([name, { label, unit }]) => `${label} ${parameters[name]} ${unit}`);
  if (texts.length === 0)
    return simulation === undefined ? 'all at their defaults' : 'all at their defaults at the start';
  return texts.join(', ');
}

function positionText({ branch, branches, step }: SharedSimulation, atMs: number): string {
  const position = step === 0 ? 'the start' : `step ${formatCount(step)}, at ${formatVirtual(atMs)}`;
  const name = branches[branch]?.name ?? '';
  return branches.length === 1 || name === '' ? position : `${position}, on “${name}”`;
}

function interventionsText({ branches }: SharedSimulation): string {
  const all = branches.flatMap(({ interventions }) => interventions);
  const count = (what: Intervention['type'] | 'parameter'): number => all.filter((one) => kindOf(one) === what).length;
  const parts = [
    counted(count('choice'), 'deviation', 'deviations'),
    counted(count('fault'), 'fault', 'faults'),
    counted(count('parameter'), 'changed parameter', 'changed parameters'),
    counted(count('send'), 'message from outside', 'messages from outside'),
  ].filter((part) => part !== '');
  const text = parts.length === 0 ? 'none' : parts.join(', ');
  return branches.length === 1 ? text : `${text}, in ${formatCount(branches.length)} branches`;
}

/** A parameter that is changed on the way is a fault to the engines, but not to people. */
function kindOf(intervention: Intervention): Intervention['type'] | 'parameter' {
  const isParameter = intervention.type === 'fault' && intervention.fault.kind === 'set-parameter';
  return isParameter ? 'parameter' : intervention.type;
}

function counted(count: number, one: string, many: string): string {
  if (count === 0) return '';
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

function viewText({ graph, lower }: SharedView, isSimulated: boolean): string {
  const name = graph === 'flow' ? 'message flow' : 'supervision tree';
  return isSimulated ? `${name}, ${lower === 'plots' ? 'plots' : 'space–time diagram'}` : name;
}
