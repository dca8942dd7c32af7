import { describe, expect, it } from 'vitest';
import { ActorTable, COLUMN, FIELD, STATUS } from '../../kernel/actor-table.ts';
import type { Ref } from '../../kernel/ref.ts';
import { WORKER_WORD, WORKER_WORDS, workerWord } from './memory/layout.ts';
import { LiveRoutes } from './routes.ts';

const ROWS = 1_024;
const WORKERS = 3;

function setUp() {
  const table = new ActorTable(new ArrayBuffer(ActorTable.bytesFor(ROWS)));
  const control = new Int32Array(workerWord(WORKERS, 0) + WORKER_WORDS);
  const routes = new LiveRoutes(0);
  routes.bind(control, table);
  const start = (id: number, worker: number): Ref => {
    const generation = table.claim(id, worker, 0, -1);
    table.set(id, COLUMN.status, STATUS.running);
    return { node: 0, id, generation, ask: 0, protocol: 0 };
  };
  /** What a worker does when somebody comes or goes. */
  const note = (worker: number): void => {
    Atomics.add(control, workerWord(worker, WORKER_WORD.directory), 1);
  };
  return { table, control, routes, start, note };
}

describe('routes', () => {
  it('say where an actor is until somebody comes to or goes from that worker', () => {
    const { routes, start, note } = setUp();
    const ref = start(7, 2);
    expect(routes.of(ref)).toBe(-1);
    routes.remember(ref, 2);
    expect(routes.of(ref)).toBe(2);
    note(1);
    expect(routes.of(ref)).toBe(2);
    note(2);
    expect(routes.of(ref)).toBe(-1);
  });

  it('know nothing of another generation, nor of another actor with the same place', () => {
    const { routes, start } = setUp();
    const ref = start(7, 2);
    routes.remember(ref, 2);
    expect(routes.of({ ...ref, generation: ref.generation + 1 })).toBe(-1);
    const other = start(7 + 256, 1);
    expect(routes.of(other)).toBe(-1);
    routes.remember(other, 1);
    expect(routes.of(other)).toBe(1);
    expect(routes.of(ref)).toBe(-1);
  });

  it('remember nobody who is gone, here, or has moved', () => {
    const { routes, table, start } = setUp();
    const gone = start(1, 2);
    table.set(1, COLUMN.status, STATUS.free);
    const here = start(2, 0);
    const moved = start(3, 2);
    table.setField(3, FIELD.moved, 1);
    for (const [ref, worker] of [
      [gone, 2],
      [here, 0],
      [moved, 2],
      [moved, -1],
    ] as const) {
      routes.remember(ref, worker);
      expect(routes.of(ref)).toBe(-1);
    }
  });

  it('are forgotten with the memory that they were about', () => {
    const { routes, control, table, start } = setUp();
    const ref = start(7, 2);
    routes.remember(ref, 2);
    routes.bind(control, table);
    expect(routes.of(ref)).toBe(-1);
  });
});
