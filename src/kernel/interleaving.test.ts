/**
 * What must hold whatever happens and in whatever order: turns are taken one by one, mail between each two workers arrives
 * piece by piece, and deadlines come due late on some workers, all as fast-check chooses.
 *
 * `RUNS=20000 npx vitest run src/kernel/interleaving` plays that many a seed instead of 500.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RestartType } from './behavior.ts';
import {
  COMMANDS,
  type Command,
  NAMES,
  type Plan,
  type Play,
  RESTARTS,
  type Step,
} from './testdata/interleaving-plan.ts';
import { open, play } from './testdata/interleaving-player.ts';
import { replay } from './testdata/interleaving-replay.ts';

const plan: fc.Arbitrary<Plan> = fc.letrec<{ readonly plan: Plan }>((tie) => ({
  plan: fc.record({
    behavior: fc.constantFrom(...NAMES),
    worker: fc.integer({ min: 0, max: 2 }),
    restart: fc.constantFrom<RestartType | undefined>(...RESTARTS),
    lazy: fc.constantFrom(false, false, false, true),
    shutdownMs: fc.constantFrom(3, 50, 50),
    badStarts: fc.constantFrom(0, 0, 0, 0, 1, 2, 3),
    children: fc.oneof({ maxDepth: 3 }, fc.constant([]), fc.array(tie('plan'), { maxLength: 3, size: 'max' })),
  }),
})).plan;

const who = fc.nat({ max: 40 });
const worker = fc.nat({ max: 2 });
const count = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const kind = <K extends Step['kind']>(...kinds: readonly K[]): fc.Arbitrary<K> => fc.constantFrom(...kinds);

/** What leads somewhere by itself seldom is chosen more often. */
const command = fc.oneof(
  { weight: COMMANDS.length, arbitrary: fc.constantFrom<Command>(...COMMANDS) },
  {
    weight: 9,
    arbitrary: fc.constantFrom<Command>(
      'pass',
      'pass',
      'pass',
      'pass',
      'ask',
      'ask',
      'unstash',
      'throw',
      'watch-children',
    ),
  },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: kind('work', 'pile'), who, count: count(1, 6) }) },
  { weight: 12, arbitrary: fc.record({ kind: kind('do'), who, command, to: who, count: count(0, 9) }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('crash'), who }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('slow'), who, delayMs: fc.constantFrom(0, 7, 7) }) },
  { weight: 12, arbitrary: fc.record({ kind: kind('run'), worker, turns: count(1, 6), batch: count(1, 3) }) },
  { weight: 10, arbitrary: fc.record({ kind: kind('mail'), from: worker, to: worker, count: count(1, 4) }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('time'), ms: count(1, 30), worker: count(-1, 2) }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('settle') }) },
);

const plays: fc.Arbitrary<Play> = fc.record({
  forest: fc.array(plan, { minLength: 1, maxLength: 3, size: 'max' }),
  steps: fc.array(step, { maxLength: 150, size: 'max' }),
  workers: count(1, 3),
});

const numRuns = Number(process.env['RUNS'] ?? 500);
/** Long enough for a slow machine, and for runs by the ten thousand. */
const timeout = 60_000 + numRuns * 100;

describe('in whatever order things happen, everything comes to rest and to an end as it should', () => {
  it.each([1, 2, 3])('seed %i', { timeout }, (seed) => {
    fc.assert(
      fc.property(plays, (one) => {
        expect(play(one)).toEqual([]);
      }),
      { seed, numRuns },
    );
  });
});

describe('from a snapshot taken in the midst of it all, everything happens again as it did', () => {
  // Each of these is played three times, and looked at as a whole six times.
  it('seed 4', { timeout }, () => {
    fc.assert(
      fc.property(plays, fc.double({ min: 0, max: 1, noNaN: true }), ({ forest, steps, workers }, part) => {
        const at = Math.floor(part * steps.length);
        const { outcomes, starts, snapshots, shared, problems } = replay(
          open({ forest, workers }),
          steps.slice(0, at),
          steps.slice(at),
        );
        expect(problems).toEqual([]);
        expect(shared).toEqual([]);
        for (const start of starts) expect(start).toEqual(starts[0]);
        for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
        for (const snapshot of snapshots) expect(snapshot).toEqual(snapshots[0]);
      }),
      { seed: 4, numRuns: numRuns / 5 },
    );
  });
});
