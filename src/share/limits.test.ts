/** Links and files at their limits: what is just allowed comes back, and one more of anything is refused by its name. */
import { describe, expect, test } from 'vitest';
import type { Fault } from '../kernel/fault.ts';
import { type BranchPlan, type Intervention, RUN_LIMITS } from '../kernel/intervention.ts';
import { findScenario } from '../scenarios/catalog.ts';
import { decodeFile, encodeFile } from './file.ts';
import { decodeRun, encodeRun } from './link.ts';
import { LINK_LIMITS, type SharedRun, type SharedSimulation, type SharedView } from './shared-run.ts';
import { deviations, simulated, trunk } from './testdata/simulated-run.ts';

const LONGEST_PATH = `/${'p'.repeat(63)}`.repeat(8);

/** As many branches and interventions as a run may have, and each kind of text once as long as it may be. */
function atEveryLimit(): SharedRun {
  const { branchesMax, interventionsMax, branchNameLengthMax, seedMax, stepsMax } = RUN_LIMITS;
  const { pathLengthMax, messageLengthMax, messageDepthMax, workersMax } = LINK_LIMITS;
  const deep = { kind: 'Deep', nested: JSON.parse('['.repeat(messageDepthMax - 1) + ']'.repeat(messageDepthMax - 1)) };
  const long = { kind: 'Long', text: 'x'.repeat(messageLengthMax - '{"kind":"Long","text":""}'.length) };
  const text = '~'.repeat(pathLengthMax);
  const first: readonly Intervention[] = [
    { type: 'send', step: 1, atMs: 0, path: LONGEST_PATH, message: deep },
    { type: 'send', step: 2, atMs: Number.MIN_VALUE, path: LONGEST_PATH, message: long },
    { type: 'fault', step: 3, atMs: 0.1, fault: { kind: 'crash', path: LONGEST_PATH, error: text, errorKind: text } },
  ];
  const each = Math.floor((interventionsMax - first.length) / branchesMax);
  const branches: BranchPlan[] = [trunk(...first, ...deviations(each, 4))];
  for (let parent = 0; parent < branchesMax - 2; parent++) {
    const name = String.fromCodePoint(0x1f300 + parent).repeat(branchNameLengthMax / 2);
    branches.push({ name, parent, forkStep: parent + 2, interventions: deviations(each, parent + 2) });
  }
  const left = interventionsMax - first.length - each * (branchesMax - 1);
  const last = Array.from(
    { length: left },
    (_, index): Intervention => ({
      type: 'fault',
      step: stepsMax - left + 1 + index,
      atMs: Number.MAX_VALUE,
      fault: { kind: 'delay', to: '/shop/payments', from: '/shop/orders', probability: 1 / 3, delayMs: 60_000 },
    }),
  );
  const name = 'n'.repeat(branchNameLengthMax);
  branches.push({ name, parent: branchesMax - 2, forkStep: stepsMax - left + 1, interventions: last });
  const simulation = { seed: seedMax, branches, branch: branchesMax - 1, step: stepsMax };
  const view: SharedView = { graph: 'tree', panel: 'next', lower: 'plots', selected: LONGEST_PATH };
  const parameters = Object.entries(findScenario('checkout')?.parameters ?? {}).map(
    ([parameter, { min, max, default: usual }]) => [parameter, usual === max ? min : max] as const,
  );
  return { scenario: 'checkout', parameters: Object.fromEntries(parameters), workers: workersMax, simulation, view };
}

describe('limits', () => {
  test('the largest plan of deviations fits a link', () => {
    const run = simulated({ branches: [trunk(...deviations(RUN_LIMITS.interventionsMax))] });
    const link = encodeRun(run);
    expect(link.length).toBeLessThan(LINK_LIMITS.fragmentLengthMax);
    expect(decodeRun(link)).toEqual({ ok: true, value: run });
  });

  test('a run at every limit comes back from its file', () => {
    const run = atEveryLimit();
    const text = encodeFile(run);
    expect(text.length).toBeLessThanOrEqual(LINK_LIMITS.fileLengthMax);
    expect(decodeFile(text)).toEqual({ ok: true, value: run });
  });

  test('one more of anything is refused, naming it', () => {
    const run = atEveryLimit();
    const { branches } = run.simulation as SharedSimulation;
    const file = JSON.parse(encodeFile(run));
    const lastOf = (branch: number): number => (branches[branch]?.interventions.length ?? 0) - 1;
    const at = (branch: number, index: number, member: string): string =>
      `simulation.branches[${branch}].interventions[${index}].${member}`;
    const cases: readonly (readonly [field: string, change: (wrong: typeof file) => void])[] = [
      ['simulation.branches', ({ simulation }) => simulation.branches.push({ ...branches[31] })],
      [
        'simulation.branches[31].interventions',
        ({ simulation }) =>
          simulation.branches[0].interventions.push({ type: 'choice', step: 2 ** 31 - 1, choice: 't0' }),
      ],
      [
        'simulation.branches[31].name',
        ({ simulation }) => {
          simulation.branches[31].name += 'x';
        },
      ],
      [
        at(31, lastOf(31), 'step'),
        ({ simulation }) => {
          simulation.branches[31].interventions.at(-1).step++;
        },
      ],
      [
        at(0, 0, 'message'),
        ({ simulation }) => {
          const { message } = simulation.branches[0].interventions[0];
          message.nested = [message.nested];
        },
      ],
      [
        at(0, 1, 'message'),
        ({ simulation }) => {
          simulation.branches[0].interventions[1].message.text += 'x';
        },
      ],
      [
        at(0, 2, 'fault'),
        ({ simulation }) => {
          simulation.branches[0].interventions[2].fault.error += 'x';
        },
      ],
      [
        'view.selected',
        ({ view }) => {
          view.selected += 'x';
        },
      ],
      [
        'simulation.seed',
        ({ simulation }) => {
          simulation.seed++;
        },
      ],
      [
        'simulation.step',
        ({ simulation }) => {
          simulation.step++;
        },
      ],
      [
        'workers',
        (wrong) => {
          wrong.workers++;
        },
      ],
    ];
    for (const [field, change] of cases) {
      const wrong = structuredClone(file);
      change(wrong);
      expect(decodeFile(JSON.stringify(wrong))).toMatchObject({ ok: false, error: { code: 'link-invalid', field } });
    }
  });

  test('what no file can hold is refused by its length, as a link and as a file', () => {
    const fault: Fault = { kind: 'crash', path: LONGEST_PATH, error: 'e'.repeat(512), errorKind: 'k'.repeat(512) };
    const interventions = Array.from({ length: RUN_LIMITS.interventionsMax }, (_, index) => ({
      type: 'fault' as const,
      step: index + 1,
      atMs: index,
      fault,
    }));
    const run = simulated({ branches: [trunk(...interventions)] });
    const text = encodeFile(run);
    expect(text.length).toBeGreaterThan(LINK_LIMITS.fileLengthMax);
    for (const decoded of [decodeFile(text), decodeRun(encodeRun(run))]) {
      expect(decoded).toMatchObject({ ok: false, error: { code: 'link-too-long' } });
      if (!decoded.ok)
        expect(decoded.error.message).toMatch(/^The (file|link) has \d+ characters; at most \d+ are read/);
    }
  });
});
