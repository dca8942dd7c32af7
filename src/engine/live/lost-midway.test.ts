/** A worker is lost while messages, signals and actors are on their way: over its rings, to it, from it or past it. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { COLUMN, STATUS } from '../../kernel/actor-table.ts';
import { type DoOptions, type DoRef, quit, type Script, spawn, work } from '../../kernel/testdata/do-actor.ts';
import { DoCluster } from './testdata/do-cluster.ts';

beforeAll(() => void vi.stubGlobal('navigator', { hardwareConcurrency: 2 }));

const X = '/root/x';
const LONG_MS = 1_000_000;
const TIGHT: DoOptions = { mailbox: { capacity: 2, overflow: 'block' } };

const tell = (to: DoRef, ...numbers: readonly number[]): Script => {
  return (ctx) => {
    for (const n of numbers) ctx.tell(to, work(n));
  };
};
const ask = (to: DoRef, n: number): Script => {
  return (ctx) => ctx.ask(to, { kind: 'Ask', n }, { reply: 'Got', timeoutMs: LONG_MS });
};

/** An actor has a turn, and what it sends is published. */
function act(s: DoCluster, path: string, script: Script): void {
  const { worker } = s.find(path);
  s.postDo(path, script);
  s.run(worker);
  s.publish(worker);
}

/** An actor is handed over, and has arrived. */
function move(s: DoCluster, path: string, to: number): void {
  const { worker } = s.find(path);
  expect(s.move(path, to)).toBe(true);
  s.publish(worker);
  s.receive(to);
}

/** Worker 1 is lost, and all that comes of it happens. */
function lose(s: DoCluster): void {
  s.lose(1);
  s.settle();
  expect(s.strays()).toEqual([]);
}

describe('a lost worker', () => {
  it('leaves actors that go on elsewhere', () => {
    const s = new DoCluster();
    const x = s.place('x', 1);
    lose(s);
    expect(s.find(X).worker).toBe(0);
    s.do('/root', tell(x, 1));
    expect(s.log).toEqual(['/root/x#2 1']);
  });

  it('may have said to nobody that an actor had stopped: parent and watcher hear of it', () => {
    const s = new DoCluster();
    const x = s.place('x', 1);
    s.place('w', 2);
    s.do('/root/w', (ctx) => ctx.watch(x));
    s.postDo(X, quit);
    s.run(1);
    lose(s);
    expect([...(s.find('/root').cell.children?.values() ?? [])].map(({ name }) => name)).toEqual(['w']);
    expect(s.log).toEqual(['/root/w terminated killed']);
  });

  it('may have said to nobody that an actor had stopped: its parent can stop', () => {
    const s = new DoCluster();
    s.place('p', 0);
    s.do('/root/p', (ctx) => void spawn(ctx, 'c', { placement: 1 }));
    s.postDo('/root/p/c', quit);
    s.run(1);
    lose(s);
    s.stopChild('p');
    expect(s.cells().map(({ path }) => path)).toEqual(['/root']);
  });

  it('may have published only some of the mail of an actor that it handed over: all of it is counted', () => {
    const s = new DoCluster();
    const x = s.place('x', 1);
    s.place('a', 2);
    for (let n = 1; n <= 80; n++) s.post(X, work(n));
    act(s, '/root/a', ask(x, 81));
    s.receive(1);
    // The first slots are published at once.
    expect(s.move(X, 0)).toBe(true);
    lose(s);
    expect(s.deadLetters).toBe(81);
    expect(s.log).toEqual(['/root/a got worker-lost']);
    expect(s.find(X).cell.incarnation).toBe(2);
  });
});

describe('what was to be passed on to a lost worker', () => {
  /** `x` has gone there, and a message for it comes to where it was. */
  function passingOn(script: (to: DoRef) => Script): DoCluster {
    const s = new DoCluster();
    const x = s.place('x', 0);
    s.place('a', 2);
    act(s, '/root/a', script(x));
    move(s, X, 1);
    lose(s);
    return s;
  }

  it('is a dead letter', () => {
    const s = passingOn((x) => tell(x, 1));
    expect(s.deadLetters).toBe(1);
    expect(s.log).toEqual([]);
  });

  it('and is answered, where it asks for something', () => {
    const s = passingOn((x) => ask(x, 1));
    expect(s.deadLetters).toBe(1);
    expect(s.log).toEqual(['/root/a got worker-lost']);
  });

  it('is counted once, where an actor had it in its mailbox', () => {
    const s = new DoCluster();
    s.place('x', 0);
    for (const n of [1, 2, 3]) s.post(X, work(n));
    expect(s.move(X, 1)).toBe(true);
    s.publish(0);
    lose(s);
    expect(s.deadLetters).toBe(3);
    expect(s.log).toEqual([]);
    expect(s.find(X).cell.incarnation).toBe(2);
  });
});

describe('an actor that has just left a lost worker', () => {
  it('is watched by whoever watched it over there', () => {
    const s = new DoCluster();
    const x = s.place('x', 1);
    s.place('a', 2);
    move(s, X, 0);
    // Worker 2 has not heard of that.
    act(s, '/root/a', (ctx) => ctx.watch(x));
    lose(s);
    s.stopChild('x');
    expect(s.log).toEqual(['/root/a terminated shutdown']);
  });

  it('is lost with it, and begins anew without what it watched', () => {
    const s = new DoCluster();
    s.place('x', 1);
    const a = s.place('a', 2);
    s.do(X, (ctx) => ctx.watch(a));
    move(s, X, 0);
    act(s, '/root/a', quit);
    lose(s);
    const { worker, cell } = s.find(X);
    expect({ worker, incarnation: cell.incarnation, watching: cell.watching ?? [] }).toEqual({
      worker: 0,
      incarnation: 2,
      watching: [],
    });
    expect(s.log).toEqual([]);
  });

  it('stops when it was told to over there', () => {
    const s = new DoCluster();
    s.place('x', 1, { shutdownMs: LONG_MS });
    move(s, X, 2);
    s.postDo('/root', (ctx) => ctx.stop(ctx.child('x')));
    s.run(0);
    s.publish(0);
    lose(s);
    expect(s.cells().map(({ path }) => path)).toEqual(['/root']);
  });

  it.each([
    { title: 'that news was on its way there', isTaken: false },
    { title: 'that news was to be passed on from there', isTaken: true },
  ])('is not blocked by a mailbox that has drained: $title', ({ isTaken }) => {
    const s = new DoCluster({ Tight: TIGHT });
    s.place('x', 1);
    const m = s.place('m', 2, { behavior: 'Tight' });
    act(s, X, tell(m, 1, 2, 3));
    // The third one finds it full: x shall hear of that.
    s.receive(2);
    s.publish(2);
    move(s, X, 0);
    s.receive(1);
    s.publish(1);
    s.receive(0);
    s.run(2);
    s.publish(2);
    if (isTaken) s.receive(1);
    lose(s);
    expect(s.log).toEqual(['/root/m#1 1', '/root/m#1 2', '/root/m#1 3']);
    s.do(X, tell(m, 4));
    expect(s.log).toContain('/root/m#1 4');
  });

  it('blocks nobody who waits for room in its mailbox', () => {
    const s = new DoCluster({ Tight: TIGHT });
    s.place('x', 0);
    const m = s.place('m', 1, { behavior: 'Tight' });
    act(s, X, tell(m, 1, 2, 3));
    s.receive(1);
    s.publish(1);
    s.receive(0);
    s.run(0);
    expect(s.page.table.get(s.find(X).cell.ref.id, COLUMN.status)).toBe(STATUS.blocked);
    // It has drained, and that is not published; but its move is.
    s.run(1);
    expect(s.move('/root/m', 2)).toBe(true);
    s.publish(1, 2);
    s.receive(2);
    lose(s);
    s.do(X, tell(m, 4));
    expect(s.log.at(-1)).toBe('/root/m#2 4');
  });
});

it('the row of a stopped actor is in one pool, also where the news of its end is held for somebody who arrives', () => {
  const s = new DoCluster({}, { workers: 4 });
  const { id } = s.place('p', 0, { shutdownMs: 0 });
  s.do('/root/p', (ctx) => void spawn(ctx, 'c', { placement: 2 }));
  const { kernel, cell } = s.find('/root/p');
  // It is restarted, has no time to wait for its child, and forgets it: then it may move.
  kernel.receiveSignal(cell.ref, { type: 'crash', kind: 'Error', error: 'boom' });
  s.run(0);
  s.late(0, 1);
  s.run(0);
  expect({ incarnation: cell.incarnation, children: cell.children?.size }).toEqual({ incarnation: 2, children: 0 });
  move(s, '/root/p', 1);
  s.publish(1);
  s.receive(2);
  s.run(2);
  s.publish(2);
  // Held there: 3 has not said that it knows of the move.
  s.receive(1);
  expect(s.at(1).kernel.whereabouts.rowsToCome()).toHaveLength(1);
  s.lose(3);
  s.settle();
  expect(s.strays()).toEqual([]);
  expect(s.page.table.get(id, COLUMN.status)).toBe(STATUS.running);
});

describe('messages of one sender', () => {
  it('never come in another order: what was held behind one that comes again is a dead letter', () => {
    const s = new DoCluster();
    const x = s.place('x', 1);
    s.place('a', 2);
    expect(s.move(X, 0)).toBe(true);
    // Worker 2 has not heard of that, and 1 never takes it.
    act(s, '/root/a', tell(x, 1));
    s.publish(1);
    s.receive(0);
    s.receive(2);
    // Now it has: this one is held where x is now.
    act(s, '/root/a', tell(x, 2));
    s.receive(0);
    lose(s);
    expect(s.log).toEqual(['/root/x#2 1']);
    expect(s.deadLetters).toBe(1);
  });

  // Whoever takes a lost worker's place has counted fewer losses than the others.
  it.each([{ losses: [] }, { losses: [1] }, { losses: [1, 2] }])(
    'keep their order after the loss of $losses',
    ({ losses }) => {
      let x: DoRef | undefined;
      const Teller: DoOptions = { on: { Work: (_, { n }, ctx) => ctx.tell(x as DoRef, work(n)) } };
      const s = new DoCluster({ Teller }, { workers: 4 });
      s.place('a', 0, { behavior: 'Teller' });
      for (const worker of losses) {
        s.lose(worker);
        s.settle();
      }
      x = s.place('x', 2);
      expect(s.move(X, 0)).toBe(true);
      // 0 knows of it; 1 and 3 do not.
      s.publish(2, 0);
      s.receive(0);
      for (const n of [1, 2]) s.post('/root/a', work(n));
      // The first one is held.
      s.run(0, 1, 1);
      s.publish(0, 2);
      s.receive(2);
      expect(s.move('/root/a', 3)).toBe(true);
      s.publish(0, 3);
      s.receive(3);
      s.run(3);
      s.publish(3, 2);
      s.receive(2);
      s.publish(2, 0);
      s.receive(0);
      s.settle();
      expect(s.log).toEqual(['/root/x#1 1', '/root/x#1 2']);
    },
  );
});
