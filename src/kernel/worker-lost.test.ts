/** A worker is lost: what becomes of its actors, of those below them, and of the root. */
import { describe, expect, it } from 'vitest';
import { COLUMN } from './actor-table.ts';
import { type DoOptions, DoSystem, quit, type Script, spawn, work } from './testdata/do-actor.ts';
import { A, bodies, family, LOST, lose, only, straysOf, workerOf } from './testdata/lost-worker.ts';

describe('children of a supervisor that is left', () => {
  it('are started again beside it, under the same ref, with what their rows have counted', () => {
    const s = only();
    s.tell(A, work(1));
    const ref = s.ref(A);
    const processed = s.table.processed(ref.id);
    lose(s);
    expect(bodies(s)).toEqual([
      { type: 'worker-lost', lost: 1, cause: 'was killed', actors: 1 },
      { type: 'failed', path: A, ...LOST, during: 'worker loss' },
      { type: 'worker-joined', joined: 1 },
      { type: 'restarted', path: A, incarnation: 2, counted: 1, intensity: 3 },
    ]);
    expect(s.ref(A)).toEqual(ref);
    expect(workerOf(s, A)).toBe(0);
    expect(s.state(A)).toEqual({ done: [] });
    expect(s.table.get(ref.id, COLUMN.failures)).toBe(1);
    expect(s.table.get(ref.id, COLUMN.restarts)).toBe(1);
    expect(s.table.processed(ref.id)).toBeGreaterThan(processed);
    // Whoever has the ref reaches it, from anywhere.
    s.spawn('/root', 'far', { placement: 2 });
    s.do('/root/far', (ctx) => ctx.tell(ref as never, work(2) as never));
    expect(s.log.at(-1)).toBe('/root/p/a#2 2');
    expect(straysOf(s)).toEqual([]);
  });

  it.each([
    ['one_for_one', [A, '/root/p/c'], [2, 1, 2]],
    // The second loss finds the group of the first one halting.
    ['one_for_all', [A, '/root/p/b', '/root/p/c'], [2, 2, 2]],
    ['rest_for_one', [A, '/root/p/b', '/root/p/c'], [2, 2, 2]],
  ] as const)('%s', (strategy, restarted, incarnations) => {
    const s = family({ strategy });
    lose(s);
    expect([...s.happened('restarted')].sort()).toEqual(restarted);
    expect(['a', 'b', 'c'].map((name) => s.incarnation(`/root/p/${name}`))).toEqual(incarnations);
    expect(['a', 'b', 'c'].map((name) => s.status(`/root/p/${name}`))).toEqual(['running', 'running', 'running']);
    expect(['a', 'b', 'c'].map((name) => workerOf(s, `/root/p/${name}`))).toEqual([0, 2, 0]);
    expect(straysOf(s)).toEqual([]);
  });

  it('rest_for_one leaves earlier ones alone', () => {
    const s = family({ strategy: 'rest_for_one' });
    lose(s, 2);
    expect(s.happened('restarted')).toEqual(['/root/p/b', '/root/p/c']);
  });

  it('count against the budget, and escalate when it is used up', () => {
    const s = family({ intensity: 0 });
    lose(s);
    expect(s.happened('escalated')).toEqual(['/root/p']);
    expect(s.happened('restarted').at(-1)).toBe('/root/p');
    expect(s.paths()).toEqual(['/root', '/root/p']);
    expect(straysOf(s)).toEqual([]);
  });

  it('count once, however many were lost with one worker; and those that fail later count again', () => {
    const s = family({ intensity: 1 });
    lose(s);
    expect(s.happened('restarted')).toEqual([A, '/root/p/c']);
    expect(bodies(s).flatMap((body) => (body.type === 'restarted' ? [body.counted] : []))).toEqual([1, 1]);
    expect(s.happened('escalated')).toEqual([]);
    s.do('/root/p/c', () => {
      throw new Error('boom');
    });
    expect(s.happened('escalated')).toEqual(['/root/p']);
    expect(straysOf(s)).toEqual([]);
  });

  it.each([
    ['stop', 'gone'],
    ['restart', 'running'],
    ['resume', 'running'],
    ['escalate', 'gone'],
  ] as const)('are subject to the rule for WorkerLost: %s', (decision, fate) => {
    const s = only({ onFailure: { WorkerLost: decision, '*': 'stop' } });
    lose(s);
    expect(s.paths().includes(A) ? s.status(A) : 'gone').toBe(fate);
    // Nothing is left to resume: it starts anew.
    if (fate === 'running') expect(s.incarnation(A)).toBe(2);
    expect(straysOf(s)).toEqual([]);
  });

  it.each([
    ['permanent', [A]],
    ['transient', [A]],
    ['temporary', []],
  ] as const)('that are %s', (restart, left) => {
    const s = only({}, { restart });
    lose(s);
    expect(s.paths().filter((path) => path === A)).toEqual(left);
    expect(straysOf(s)).toEqual([]);
  });

  it('wait for the backoff', () => {
    const s = only({ backoff: { minMs: 100, maxMs: 100, jitter: 0, stash: 1 } });
    lose(s);
    expect(s.status(A)).toBe('backing-off');
    for (const n of [1, 2]) s.post(A, work(n));
    s.advance(100);
    expect(s.log).toEqual(['/root/p/a#2 1']);
    expect(s.kernel(0).deadLetters.count).toBe(1);
  });

  it('have nothing to lose any more where they were', () => {
    const s = only();
    for (let round = 0; round < 5; round++) lose(s);
    expect(s.incarnation(A)).toBe(2);
    expect(straysOf(s)).toEqual([]);
  });
});

describe('whoever lived below a lost actor', () => {
  it('is killed, wherever it is, and started anew by whoever is restarted', () => {
    const tree: Script = (ctx) => {
      if (ctx.incarnation > 0) spawn(ctx, 'x', { behavior: 'Alternating', placement: ctx.worker === 1 ? 2 : 1 });
    };
    const s = new DoSystem(
      {
        Alternating: {
          signals: {
            preStart: (_, ctx) => {
              if (ctx.path.length < '/root/x/x/x/x'.length) tree(ctx as never);
            },
          },
        },
      },
      { workers: 3 },
    );
    s.spawn('/root', 'x', { behavior: 'Alternating', placement: 1 });
    expect(s.paths()).toHaveLength(5);
    const before = new Map(s.cells().map(({ path, ref }) => [path, ref]));
    lose(s);
    const after = s.cells();
    expect(after.map(({ path }) => path).sort()).toEqual([...before.keys()].sort());
    // The topmost one is the same actor, and all below it are new ones.
    for (const { path, ref } of after) {
      const isSame = path === '/root' || path === '/root/x';
      expect(before.get(path)?.generation === ref.generation && before.get(path)?.id === ref.id).toBe(isSame);
    }
    const killed = bodies(s).flatMap((body) =>
      body.type === 'stopped' && body.reason === 'killed' ? [body.path] : [],
    );
    expect(killed.sort()).toEqual(['/root/x/x', '/root/x/x/x', '/root/x/x/x/x']);
    expect(straysOf(s)).toEqual([]);
  });

  it('is killed also when its parent is gone for good', () => {
    const s = new DoSystem({}, { workers: 3 });
    s.spawn('/root', 'a', { placement: 1, restart: 'temporary' });
    s.spawn('/root/a', 'b', { placement: 2 });
    s.spawn('/root/a/b', 'c', { placement: 0 });
    s.spawn('/root/a/b/c', 'd', { placement: 1 });
    lose(s);
    expect(s.paths()).toEqual(['/root']);
    expect(straysOf(s)).toEqual([]);
  });

  it('is killed before it begins, when it was on its way', () => {
    const s = only();
    s.postDo(A, (ctx) => void spawn(ctx, 'x', { placement: 2 }));
    s.run(1);
    lose(s);
    expect(s.paths()).toEqual(['/root', '/root/p', A]);
    expect(s.heldEarly()).toBe(0);
    expect(straysOf(s)).toEqual([]);
  });
});

describe('the root', () => {
  const Top: DoOptions = {
    signals: {
      preStart(_, ctx) {
        for (const placement of [0, 1, 2]) ctx.spawn({ name: 'Plain' } as never, { name: `c${placement}`, placement });
      },
    },
  };

  it.each([1, 3])('is started again on its worker, one of %i, with children of the same names', (workers) => {
    const s = new DoSystem({ Top }, { workers, root: 'Top' });
    const ref = s.ref('/root');
    const before = s.cells().map((cell) => cell.ref);
    s.events.length = 0;
    lose(s, 0);
    expect(s.ref('/root')).toEqual(ref);
    expect([...s.paths()].sort()).toEqual(['/root', '/root/c0', '/root/c1', '/root/c2']);
    expect(s.incarnation('/root')).toBe(2);
    expect(bodies(s)).toContainEqual({ type: 'restarted', path: '/root', incarnation: 2, counted: 1, intensity: 1 });
    for (const { id, generation } of before.slice(1)) {
      if (id === ref.id) continue;
      expect(s.cells().some((cell) => cell.ref.id === id && cell.ref.generation === generation)).toBe(false);
    }
    // An old child is gone before a new one of that name is there.
    const alive = new Set(['/root/c0', '/root/c1', '/root/c2']);
    for (const body of bodies(s)) {
      if (body.type === 'stopped') expect(alive.delete(body.path)).toBe(true);
      if (body.type === 'spawned') expect(alive.size).toBe(alive.add(body.path).size - 1);
    }
    expect(s.rootCause).toBeUndefined();
    expect(straysOf(s)).toEqual([]);
  });

  it('can be lost any number of times', () => {
    const s = new DoSystem({ Top }, { workers: 2, root: 'Top' });
    for (let round = 0; round < 5; round++) lose(s, 0);
    expect(s.incarnation('/root')).toBe(6);
    s.tell('/root', work(1));
    expect(s.log).toEqual(['/root#6 1']);
    expect(straysOf(s)).toEqual([]);
  });

  it('that was on its way out is out', () => {
    const s = new DoSystem({ Top }, { workers: 3, root: 'Top' });
    s.postDo('/root', quit);
    s.run(0);
    lose(s, 0);
    expect(s.paths()).toEqual([]);
    expect(s.rootCause).toBe('The root actor stopped.');
    expect(straysOf(s)).toEqual([]);
  });

  it('outlives the loss of all the others', () => {
    const s = new DoSystem({ Top }, { workers: 3, root: 'Top' });
    lose(s, 1);
    lose(s, 2);
    expect(s.kernels.map(({ living }) => living)).toEqual([4, 0, 0]);
    // A worker that took another's place is as good as any.
    s.spawn('/root', 'new', { placement: 2 });
    expect(workerOf(s, '/root/new')).toBe(2);
    expect(straysOf(s)).toEqual([]);
  });
});

describe('rows', () => {
  it('do not run out, however often workers are lost', () => {
    const s = new DoSystem({}, { workers: 2, rows: 512 });
    s.spawn('/root', 'p', { placement: 1 });
    for (let round = 0; round < 20; round++) {
      s.do('/root', (ctx) => void spawn(ctx, `t${round}`, { placement: 1, restart: 'temporary' }));
      s.do(`/root/t${round}`, (ctx) => {
        for (let n = 0; n < 100; n++) spawn(ctx, `x${n}`, { placement: n % 2 });
      });
      lose(s);
      expect(straysOf(s)).toEqual([]);
    }
  });
});
