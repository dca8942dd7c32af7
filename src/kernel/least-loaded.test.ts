/** Placement by load: deterministic where the loads are. */
import { describe, expect, it } from 'vitest';
import { COLUMN } from './actor-table.ts';
import { actor } from './definition.ts';
import type { Kernel } from './kernel.ts';
import { loadOfWorker } from './least-loaded.ts';
import { t } from './schema.ts';
import { TestSystem } from './testdata/test-system.ts';

const Worker = actor('Worker', { protocol: { Go: {} }, state: () => ({}), on: { Go: () => undefined } });

const Root = actor('Root', {
  protocol: { Start: { count: t.int32 }, StartOn: { worker: t.int32 } },
  state: () => ({}),
  on: {
    Start(_, { count }, ctx) {
      for (let index = 0; index < count; index++) ctx.spawn(Worker, { placement: 'least-loaded' });
    },
    StartOn: (_, { worker }, ctx) => void ctx.spawn(Worker, { placement: worker }),
  },
});

const start = (workers: number): TestSystem => {
  const system = new TestSystem([Root, Worker], { workers });
  system.start('Root');
  return system;
};

/** How many actors live on each worker. */
const living = (system: TestSystem): readonly number[] => system.kernels.map((kernel) => kernel.living);

describe('placement least-loaded', () => {
  it('spreads what one handler starts, though nobody has told a new load meanwhile', () => {
    const system = start(3);
    system.tell('/root', { kind: 'Start', count: 8 } as { readonly kind: string });
    // The root counts where it lives.
    expect(living(system)).toEqual([3, 3, 3]);
  });

  it('of workers with nothing to do takes the one with the fewest actors', () => {
    const system = start(3);
    for (const worker of [1, 1, 1, 2]) system.tell('/root', { kind: 'StartOn', worker } as { readonly kind: string });
    expect(living(system)).toEqual([1, 3, 1]);
    for (let round = 0; round < 4; round++) {
      system.tell('/root', { kind: 'Start', count: 1 } as { readonly kind: string });
    }
    expect(living(system)).toEqual([3, 3, 3]);
  });

  it('looks first at who has something to do: one runnable actor outweighs all that are idle', () => {
    const system = start(2);
    for (let round = 0; round < 20; round++) {
      system.tell('/root', { kind: 'StartOn', worker: 1 } as { readonly kind: string });
    }
    system.post('/root', { kind: 'Start', count: 1 } as { readonly kind: string });
    const ready = system
      .cells()
      .filter(({ path }) => path !== '/root')
      .slice(0, 3);
    for (const { path } of ready) system.post(path, { kind: 'Go' });
    system.settle();
    expect(living(system)).toEqual([2, 20]);
    expect(loadOfWorker(1, 1)).toBeGreaterThan(loadOfWorker(0, 2 ** 20));
  });

  it('goes on from a snapshot as it did the first time', () => {
    const system = start(3);
    system.tell('/root', { kind: 'Start', count: 2 } as { readonly kind: string });
    const snapshot = system.save();
    const places = (): readonly number[] => {
      system.tell('/root', { kind: 'Start', count: 5 } as { readonly kind: string });
      return system.cells().map(({ ref }) => system.table.get(ref.id, COLUMN.worker));
    };
    const first = places();
    system.restore(snapshot);
    expect(places()).toEqual(first);
  });

  it('is a placement of options that are checked', () => {
    const kernel = start(1).kernels[0] as Kernel;
    expect(kernel.leastLoaded.choose()).toBe(0);
  });
});
