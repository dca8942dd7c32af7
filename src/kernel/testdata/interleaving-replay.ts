/** Plays the same steps several times, each time from a snapshot that was taken in their midst, and compares. */
import { isRef } from '../check.ts';
import { SnapshotCopier } from '../snapshot-copier.ts';
import type { Step } from './interleaving-plan.ts';
import { finish, type Stage, take } from './interleaving-player.ts';
import { graphOf, Landmarks, partsOf } from './object-graph.ts';
import type { TestSystem } from './test-system.ts';

/** Everything that is left of a run: what happened in it, and how it ended. */
interface Outcome {
  readonly events: readonly unknown[];
  /** The graphs of all kernels and their surroundings when the last step had been taken. */
  readonly atLastStep: readonly string[];
  readonly inTheEnd: readonly string[];
}

export interface Replay {
  readonly outcomes: readonly Outcome[];
  /** Of the system when it was saved, and each time that it was back there. */
  readonly starts: readonly (readonly string[])[];
  /** Of the snapshot when it was taken, and after each time that it was used. */
  readonly snapshots: readonly (readonly string[])[];
  /** Objects that the snapshot and the running system both could change; there must be none. */
  readonly shared: readonly unknown[];
  readonly problems: readonly string[];
}

/** Once as it goes, then so many times from the snapshot. */
const TIMES = 2;

export function replay(stage: Stage, before: readonly Step[], after: readonly Step[]): Replay {
  const { system, ledger } = stage;
  const landmarks = new Landmarks(system.kernels);
  for (const step of before) take(stage, step);

  const copier = new SnapshotCopier();
  const snapshot = system.save(copier);
  const savedLedger = copier.value({ ...ledger });
  const everything = { snapshot, savedLedger };

  const isShared = new Set(graphOf(everything, landmarks).changeable);
  const shared = [...lookAt(stage, landmarks).changeable].filter((one) => isShared.has(one) && !isFixed(system, one));
  const starts = [lookAt(stage, landmarks).lines];
  const snapshots = [graphOf(everything, landmarks).lines];
  const outcomes = [playRest(stage, after, landmarks)];
  for (let time = 0; time < TIMES; time++) {
    const back = new SnapshotCopier();
    system.restore(snapshot, back);
    Object.assign(ledger, back.value(savedLedger));
    starts.push(lookAt(stage, landmarks).lines);
    outcomes.push(playRest(stage, after, landmarks));
    snapshots.push(graphOf(everything, landmarks).lines);
  }
  return { outcomes, starts, snapshots, shared, problems: ledger.problems };
}

function playRest(stage: Stage, steps: readonly Step[], landmarks: Landmarks): Outcome {
  for (const step of steps) take(stage, step);
  const atLastStep = lookAt(stage, landmarks).lines;
  finish(stage);
  return { events: [...stage.system.events], atLastStep, inTheEnd: lookAt(stage, landmarks).lines };
}

function lookAt({ system, ledger }: Stage, landmarks: Landmarks): ReturnType<typeof graphOf> {
  const { kernels, registry: _, table, ...rest } = system as unknown as Record<string, unknown> & TestSystem;
  return graphOf({ kernels: kernels.map(partsOf), rest, words: table.words, ledger: { ...ledger } }, landmarks);
}

/** Refs and the options of children never change, though nobody has frozen them. */
function isFixed(system: TestSystem, value: object): boolean {
  if (isRef(value)) return true;
  return system.cells().some(({ children, stoppedChildren }) => {
    const all = [...(children?.values() ?? []), ...(stoppedChildren?.values() ?? [])];
    return all.some(({ options }) => options === value || options.onFailure === value);
  });
}
