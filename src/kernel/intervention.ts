/**
 * Interventions: what a person did to a simulated run. Together with the scenario, its parameters, the number of workers
 * and the seed they are the whole run: the same ones give the same steps, everywhere.
 */
import type { Fault } from './fault.ts';
import type { AnyMessage } from './ref.ts';

/**
 * Which of the things that could be a step: the turn of an actor, by its row (`t17`), a timer that is due, by its worker and
 * number there (`m0.42`), or the turn of an actor with a message that is still on its way, by the number of that message
 * (`a345`). All are the same in every replay.
 */
export type ChoiceKey = string;

export type Intervention =
  /** Something else than what the seeded schedule would take: a deviation. */
  | { readonly type: 'choice'; readonly step: number; readonly choice: ChoiceKey }
  | { readonly type: 'fault'; readonly step: number; readonly atMs: number; readonly fault: Fault }
  /** A message from outside. */
  | {
      readonly type: 'send';
      readonly step: number;
      readonly atMs: number;
      readonly path: string;
      readonly message: AnyMessage;
    };

/**
 * One line of time. The trunk is the run as its seed gives it, with what was done to it; a branch shares everything before
 * `forkStep` with its parent and goes its own way from there. An intervention with `step` n is what becomes step n.
 */
export interface BranchPlan {
  readonly name: string;
  /** Place of the parent in the list of branches; −1 for the trunk, which is the first one. */
  readonly parent: number;
  /** The first step that is its own; 1 for the trunk. */
  readonly forkStep: number;
  /** In the order of their steps, at most one a step; only its own, none of its ancestors'. */
  readonly interventions: readonly Intervention[];
}

/** Every bound of a run's choices, by name. */
export const RUN_LIMITS = {
  branchesMax: 32,
  /** Of all branches together. */
  interventionsMax: 2_000,
  /** Characters of a branch's name. */
  branchNameLengthMax: 60,
  /** Seeds are whole numbers from 0 to this. */
  seedMax: 2 ** 32 - 1,
  seedDefault: 1,
  /** No run goes beyond this step. */
  stepsMax: 2 ** 31 - 1,
} as const;

/** What a person may call a branch, and a link can carry: without control characters, broken or overlong text; empty where nothing is left. */
export function cleanBranchName(text: string): string {
  const clean = text.replaceAll(/[\p{Cc}\p{Cs}]/gu, '').trim();
  let name = '';
  // By whole characters: half of one is none.
  for (const character of clean) {
    if (name.length + character.length > RUN_LIMITS.branchNameLengthMax) break;
    name += character;
  }
  return name.trim();
}
