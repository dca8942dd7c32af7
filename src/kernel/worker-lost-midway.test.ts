/** A worker is lost while its actors are between two states: being halted, started, stopped, or asleep. */
import { describe, expect, it } from 'vitest';
import { injectFault } from './inject.ts';
import { boom, DoSystem, quit, spawn, work } from './testdata/do-actor.ts';
import { A, bodies, family, lose, only, straysOf } from './testdata/lost-worker.ts';

describe('a child that was in the middle of something', () => {
  it('counts as halted when it was being halted', () => {
    const s = family({ strategy: 'one_for_all' });
    s.postDo('/root/p/b', boom);
    s.run(2);
    s.deliverAll();
    // c is asked to halt first; a fails before its turn comes.
    s.run(0);
    expect(s.find('/root/p').cell.children?.get(s.ref('/root/p/c').id)?.phase).toBe('halting');
    lose(s);
    expect(['a', 'b', 'c'].map((name) => s.incarnation(`/root/p/${name}`))).toEqual([2, 2, 2]);
    expect(['a', 'b', 'c'].map((name) => s.status(`/root/p/${name}`))).toEqual(['running', 'running', 'running']);
  });

  it('stays halted during a backoff, and takes mail meanwhile as before', () => {
    const s = only({ backoff: { minMs: 100, maxMs: 100, jitter: 0, stash: 2 } });
    s.do(A, boom);
    s.post(A, work(1));
    lose(s);
    expect(s.status(A)).toBe('backing-off');
    expect(s.happened('failed')).toEqual([A]);
    for (const n of [2, 3, 4]) s.post(A, work(n));
    s.advance(100);
    expect(s.log).toEqual(['/root/p/a#2 2', '/root/p/a#2 3']);
    expect(s.incarnation(A)).toBe(2);
  });

  it('is adopted when it was being started', () => {
    const s = only();
    s.postDo(A, boom);
    for (const worker of [1, 0, 1]) {
      s.run(worker);
      s.deliverAll();
    }
    s.run(0);
    // The restart is on its way.
    expect(s.find('/root/p').cell.children?.get(s.ref(A).id)?.phase).toBe('starting');
    lose(s);
    expect(s.incarnation(A)).toBe(3);
    expect(s.status(A)).toBe('running');
  });

  it('counts as stopped when it was being stopped', () => {
    const s = family();
    s.postStopChild('/root/p', 'a');
    s.run(0);
    lose(s);
    expect(s.paths()).toEqual(['/root', '/root/p', '/root/p/c', '/root/p/b']);
    expect(bodies(s)).toContainEqual({ type: 'stopped', path: A, reason: 'killed' });
    // The name is free.
    s.spawn('/root/p', 'a', { placement: 1 });
    expect(s.status(A)).toBe('running');
    expect(straysOf(s)).toEqual([]);
  });

  it('keeps no supervisor from stopping', () => {
    const s = family();
    s.postStopChild('/root', 'p');
    s.run(0);
    s.run(0);
    lose(s);
    expect(s.paths()).toEqual(['/root']);
    expect(s.nextDueMs()).toBe(Number.POSITIVE_INFINITY);
    expect(straysOf(s)).toEqual([]);
  });

  it('has stopped when the news of that is on its way', () => {
    const s = only();
    s.postDo(A, quit);
    s.run(1);
    lose(s);
    expect(s.paths()).toEqual(['/root', '/root/p']);
    expect(s.happened('failed')).toEqual([]);
    expect(straysOf(s)).toEqual([]);
  });

  it('does not fail twice when the news of its failure was on its way', () => {
    const s = only({ intensity: 1, onFailure: { Error: 'resume' } });
    s.postDo(A, boom);
    s.run(1);
    lose(s);
    expect(s.happened('restarted')).toEqual([A]);
    expect(s.happened('resumed')).toEqual([]);
    expect(s.status(A)).toBe('running');
  });

  it('begins elsewhere when it had not begun', () => {
    const s = only();
    s.postDo('/root/p', (ctx) => void spawn(ctx, 'd', { placement: 1 }));
    s.run(0);
    lose(s);
    const ofD = s.events.flatMap(({ body }) => ('path' in body && body.path === '/root/p/d' ? [body.type] : []));
    expect(ofD).toEqual(['spawned', 'failed', 'restarted']);
    expect(s.status('/root/p/d')).toBe('running');
    expect(straysOf(s)).toEqual([]);
  });

  it('sleeps on when it slept', () => {
    const s = only({}, { lazy: true });
    lose(s);
    expect(s.status(A)).toBe('dormant');
    s.tell(A, work(1));
    expect(s.log).toEqual(['/root/p/a#2 1']);
  });

  it('sleeps on when it was passivated', () => {
    const s = new DoSystem({ Sleepy: { passivateAfterMs: 50 } }, { workers: 2 });
    s.spawn('/root', 'a', { behavior: 'Sleepy', placement: 1 });
    s.advance(60);
    expect(s.status('/root/a')).toBe('dormant');
    lose(s);
    expect(s.status('/root/a')).toBe('dormant');
    s.tell('/root/a', work(1));
    expect(s.log).toEqual(['/root/a#2 1']);
    s.advance(60);
    expect(s.status('/root/a')).toBe('dormant');
  });
});

describe('a fault that is on an actor', () => {
  it('of slowness stays on it, wherever it is', () => {
    const s = family();
    s.slow(A, 30);
    s.tell(A, work(1));
    lose(s);
    s.do(A, () => undefined);
    s.post(A, work(2));
    s.settle();
    expect(s.find(A).cell.slowMs).toBe(30);
    s.advance(100);
    expect(s.log.at(-1)).toBe('/root/p/a#2 2');
  });

  it('of a pause as well', () => {
    const s = family();
    injectFault(s.kernel(1), s.find(A).cell, { kind: 'pause', path: A });
    lose(s);
    expect(s.status(A)).toBe('paused');
    s.tell(A, work(1));
    expect(s.log).toEqual([]);
    injectFault(s.kernel(0), s.find(A).cell, { kind: 'resume', path: A });
    s.settle();
    expect(s.log).toEqual(['/root/p/a#2 1']);
  });
});
