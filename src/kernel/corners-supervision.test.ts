/** Corners of supervision: decisions that cross on their way between workers, and groups that fail while they restart. */
import { describe, expect, it } from 'vitest';
import type { SupervisionOptions } from './behavior.ts';
import { boom, type DoOptions, DoSystem, failAs, quit, spawn, work } from './testdata/do-actor.ts';

const supervisor = (supervision: SupervisionOptions): DoOptions => ({ supervision });
const MINUTE_MS = 60_000;

describe('a stop that crosses news from the child', () => {
  it('its failure costs no budget', () => {
    const s = new DoSystem({ Strict: supervisor({ intensity: 0 }) }, { workers: 2 });
    s.spawn('/root', 'p', { behavior: 'Strict' });
    s.spawn('/root/p', 'c', { placement: 1 });
    s.postDo('/root/p/c', boom);
    s.postStopChild('/root/p', 'c');
    // Both act before either hears of the other.
    s.run(1);
    s.run(0);
    s.settle();
    expect(s.happened('escalated')).toEqual([]);
    expect(s.paths()).toEqual(['/root', '/root/p']);
  });

  it.each([
    ['its failure', boom],
    ['its exit, of a permanent child,', quit],
  ] as const)('%s restarts no siblings', (_, script) => {
    const All = supervisor({ strategy: 'one_for_all', intensity: 5 });
    const s = new DoSystem({ All }, { workers: 2, root: 'All' });
    s.spawn('/root', 'c', { placement: 1, restart: 'permanent' });
    s.spawn('/root', 'd');
    s.postDo('/root/c', script);
    s.postStopChild('/root', 'c');
    s.run(1);
    s.run(0);
    s.settle();
    expect(s.happened('restarted')).toEqual([]);
    expect(s.paths()).toEqual(['/root', '/root/d']);
  });
});

describe('children that are kept', () => {
  const Keep: DoOptions = {
    supervision: { keepChildren: true, onFailure: { Up: 'escalate' } },
    signals: { postRestart: () => undefined },
  };
  /** Keeps its children, and gives up at the first failure of one. */
  const Fragile: DoOptions = { ...Keep, supervision: { keepChildren: true, intensity: 0 } };
  const All = supervisor({ strategy: 'one_for_all', intensity: 10 });

  /** `/root/k` on worker 1 has failed there and has just been halted; its parent does not know yet. */
  function halted(k: DoOptions, slow: boolean): DoSystem {
    const s = new DoSystem({ K: k }, { workers: 2 });
    s.spawn('/root', 'k', { behavior: 'K', placement: 1 });
    s.spawn('/root/k', 'c', { placement: 1 });
    if (slow) s.spawn('/root/k', 'far', { placement: 0 });
    s.postDo('/root/k', boom);
    s.run(1);
    s.deliverAll();
    s.run(0);
    s.deliverAll();
    s.turn(1);
    expect(s.status('/root/k')).toBe('restarting');
    s.deliverAll();
    return s;
  }

  it('a child whose failure restarted its parent goes on', () => {
    const s = new DoSystem({ Keep });
    s.spawn('/root', 'k', { behavior: 'Keep' });
    s.spawn('/root/k', 'c');
    s.do('/root/k/c', failAs('Up'));
    s.advance(MINUTE_MS);
    expect(s.incarnation('/root/k')).toBe(2);
    expect(s.status('/root/k/c')).toBe('running');
  });

  it('a supervisor that is restarted with its siblings while it gives up does start again', () => {
    const s = new DoSystem({ All, Fragile }, { workers: 2, root: 'All' });
    s.spawn('/root', 'k', { behavior: 'Fragile' });
    s.spawn('/root', 'sibling');
    s.spawn('/root/k', 'c');
    s.spawn('/root/k', 'far', { placement: 1 });
    s.postDo('/root/k/c', boom);
    s.postDo('/root/sibling', boom);
    s.settle();
    s.advance(MINUTE_MS);
    expect(s.happened('restarted')).toContain('/root/k');
    expect([s.status('/root/k'), s.status('/root/sibling')]).toEqual(['running', 'running']);
  });

  it('a supervisor that is restarted with its siblings while it passivates holds nobody up', () => {
    const s = new DoSystem({ All, Sleepy: { ...Keep, passivateAfterMs: 30 } }, { workers: 2, root: 'All' });
    s.spawn('/root', 'k', { behavior: 'Sleepy' });
    s.spawn('/root', 'sibling');
    s.spawn('/root/k', 'far', { placement: 1 });
    s.late(0, 30);
    expect(s.status('/root/k')).toBe('stopping');
    s.postDo('/root/sibling', boom);
    s.settle();
    s.advance(MINUTE_MS);
    expect(s.incarnation('/root/sibling')).toBe(2);
    expect(s.status('/root/sibling')).toBe('running');
  });

  it('a supervisor that is being restarted and has to give up meanwhile does start again', () => {
    const s = halted(Fragile, true);
    s.postDo('/root/k/c', boom);
    s.run(1);
    s.settle();
    s.advance(MINUTE_MS);
    expect(s.status('/root/k')).toBe('running');
  });

  it('a failure handed up to a supervisor that is being restarted is settled by that restart', () => {
    const s = halted(Keep, false);
    s.postDo('/root/k/c', failAs('Up'));
    s.run(1);
    s.settle();
    s.advance(MINUTE_MS);
    expect([s.status('/root/k'), s.status('/root/k/c')]).toEqual(['running', 'running']);
  });
});

describe('children that restart together', () => {
  it('another failure, of one spawned meanwhile, lets nobody off', () => {
    const Rest = supervisor({ strategy: 'rest_for_one', intensity: 10 });
    const s = new DoSystem({ Rest }, { workers: 2, root: 'Rest' });
    for (const name of ['a', 'b', 'c']) s.spawn('/root', name);
    s.spawn('/root', 'd', { placement: 1 });
    s.postDo('/root/b', boom);
    // d is being halted, on worker 1.
    s.run(0);
    s.postDo('/root', (ctx) => spawn(ctx, 'e'));
    s.run(0);
    s.postDo('/root/e', boom);
    s.run(0);
    s.settle();
    s.advance(1);
    const lives = s.paths().map((path) => `${path} ${s.incarnation(path)}`);
    expect(lives.sort()).toEqual(['/root 1', '/root/a 1', '/root/b 2', '/root/c 2', '/root/d 2', '/root/e 2']);
  });

  /** Cannot start: it never has a state. */
  const Stateless: DoOptions = {
    state: () => {
      throw new Error('no state');
    },
  };
  const Forgiving = supervisor({ onFailure: { '*': 'resume' } });

  it('a parent that is resumed does not resume a child that waits for its restart', () => {
    const All = supervisor({ strategy: 'one_for_all', intensity: 10 });
    const s = new DoSystem({ All, Forgiving, Stateless }, { workers: 2, root: 'Forgiving' });
    s.spawn('/root', 'p', { behavior: 'All' });
    s.spawn('/root/p', 'z', { placement: 1 });
    s.postDo('/root/p', (ctx) => spawn(ctx, 'stateless', { behavior: 'Stateless' }));
    s.postDo('/root/p', (ctx) => spawn(ctx, 'y', { placement: 1 }));
    // It has failed; y is being halted on worker 1.
    s.run(0);
    s.post('/root/p/stateless', work(1));
    s.postDo('/root/p', boom);
    s.run(0);
    expect(s.happened('resumed')).toEqual(['/root/p']);
    expect(s.log).toEqual([]);
  });

  it('of two failures handed up, the one without a state is not resumed', () => {
    const Up = supervisor({ onFailure: { '*': 'escalate' } });
    const s = new DoSystem({ Up, Forgiving, Stateless }, { workers: 2, root: 'Forgiving' });
    s.spawn('/root', 'p', { behavior: 'Up', placement: 1 });
    s.spawn('/root/p', 'fine', { placement: 1 });
    s.postDo('/root/p', (ctx) => spawn(ctx, 'stateless', { behavior: 'Stateless', placement: 1 }));
    s.postDo('/root/p/fine', boom);
    s.run(1);
    s.post('/root/p/stateless', work(1));
    s.settle();
    expect(s.log).toEqual([]);
  });

  it('a child in a row that is used again meanwhile does not hold the others up', () => {
    const All: DoOptions = {
      ...supervisor({ strategy: 'one_for_all', intensity: 10 }),
      signals: { terminated: (_state, _signal, ctx) => void spawn(ctx, 'new') },
    };
    const s = new DoSystem({ All }, { root: 'All' });
    s.spawn('/root', 'a');
    s.do('/root', (ctx) => ctx.watch(spawn(ctx, 'brief', { restart: 'temporary' })));
    s.do('/root/a', boom);
    s.advance(MINUTE_MS);
    expect(s.paths()).toEqual(['/root', '/root/a', '/root/new']);
    expect(s.status('/root/a')).toBe('running');
  });
});

describe('backoff', () => {
  const wait = (ms: number) => ({ minMs: ms, maxMs: ms, jitter: 0 });

  it('a child that took too long to end waits like any other, and its mailbox keeps the bound of the wait', () => {
    const Patient = supervisor({ intensity: 10, backoff: { ...wait(1_000), stash: 2 } });
    const s = new DoSystem({ Patient }, { workers: 2, root: 'Patient' });
    s.spawn('/root', 'c', { shutdownMs: 10 });
    s.spawn('/root/c', 'far', { placement: 1 });
    s.postDo('/root/c', boom);
    // The stop of the child's child is on its way, and takes too long.
    s.run(0);
    s.late(0, 10);
    s.run(0);
    s.settle();
    expect(s.status('/root/c')).toBe('backing-off');
    for (let n = 0; n < 10; n++) s.post('/root/c', work(n));
    expect(s.find('/root/c').cell.mailbox.length).toBe(2);
  });

  it('no deadline is left of a root that fails meanwhile', () => {
    const Patient = supervisor({ intensity: 10, backoff: wait(1_000), onFailure: { Up: 'escalate' } });
    const s = new DoSystem({ Patient }, { root: 'Patient' });
    s.spawn('/root', 'a');
    s.spawn('/root', 'b');
    s.do('/root/a', boom);
    s.do('/root/b', failAs('Up'));
    expect(s.paths()).toEqual([]);
    expect(s.nextDueMs()).toBe(Number.POSITIVE_INFINITY);
  });

  it('no child starts again while its parent passivates', () => {
    const Sleepy: DoOptions = {
      ...supervisor({ strategy: 'one_for_all', intensity: 10, backoff: wait(60) }),
      passivateAfterMs: 50,
    };
    const s = new DoSystem({ Sleepy }, { workers: 2 });
    s.spawn('/root', 'p', { behavior: 'Sleepy' });
    s.spawn('/root/p', 'a');
    s.spawn('/root/p', 'b', { placement: 1 });
    s.do('/root/p/a', boom);
    s.late(0, 50);
    s.run(0);
    s.late(0, 60);
    s.run(0);
    s.settle();
    s.advance(1_000);
    expect(s.happened('restarted')).toEqual([]);
    expect(s.status('/root/p')).toBe('dormant');
  });
});
