/** Faults at the actors they are for: what they hold up, what goes on, and what they meet on the way. */
import { describe, expect, it } from 'vitest';
import { viewOf } from './actor-table.ts';
import { namesOf } from './cell.ts';
import type { ActorFault } from './fault.ts';
import { FILLER_KIND, POISON_KIND } from './fault-messages.ts';
import { injectFault } from './inject.ts';
import { LIMITS } from './limits.ts';
import { boom, type DoOptions, type DoSpawn, DoSystem, quit, spawn, work } from './testdata/do-actor.ts';

const A = '/root/a';

function systemWithA(options: DoSpawn = {}, cast: Readonly<Record<string, DoOptions>> = {}): DoSystem {
  const s = new DoSystem(cast);
  s.spawn('/root', 'a', options);
  return s;
}

type Undirected = ActorFault extends infer F ? (F extends ActorFault ? Omit<F, 'path'> : never) : never;

function inject(s: DoSystem, fault: Undirected, path = A): void {
  const { kernel, cell } = s.find(path);
  injectFault(kernel, cell, { ...fault, path } as ActorFault);
}

const pause = (s: DoSystem, path = A): void => inject(s, { kind: 'pause' }, path);
const resume = (s: DoSystem, path = A): void => {
  inject(s, { kind: 'resume' }, path);
  s.settle();
};

function post(s: DoSystem, ...numbers: readonly number[]): void {
  for (const n of numbers) s.post(A, work(n));
  s.settle();
}

describe('pause', () => {
  it('holds messages, ticks and replies until the actor is resumed', () => {
    const s = systemWithA();
    const b = s.spawn('/root', 'b');
    s.do(A, (ctx) => {
      ctx.startTimer('once', work(7), 5);
      ctx.ask(b, { kind: 'Ask', n: 8 }, { reply: 'Got', timeoutMs: 1_000 });
      pause(s);
    });
    post(s, 1);
    s.advance(100);
    expect([s.status(A), s.log]).toEqual(['paused', []]);
    resume(s);
    expect([s.status(A), s.log]).toEqual(['running', [`${A} got 8`, `${A}#1 7`, `${A}#1 1`]]);
  });

  it('twice is paused once; a resume of one that runs changes nothing', () => {
    const s = systemWithA();
    pause(s);
    pause(s);
    resume(s);
    resume(s);
    post(s, 1);
    expect([s.status(A), s.log]).toEqual(['running', [`${A}#1 1`]]);
  });

  it('takes effect between two messages of a batch', () => {
    const s = systemWithA();
    for (const n of [1, 2]) s.post(A, work(n));
    s.turn(0);
    pause(s);
    s.settle();
    expect(s.log).toEqual([`${A}#1 1`]);
  });

  it('outlives a crash and the restart after it', () => {
    const s = systemWithA();
    pause(s);
    post(s, 1);
    inject(s, { kind: 'crash' });
    s.settle();
    expect([s.status(A), s.incarnation(A), s.log]).toEqual(['paused', 2, []]);
    resume(s);
    expect(s.log).toEqual([`${A}#2 1`]);
  });

  it('of an actor that waits for its supervisor shows when it is up again', () => {
    const patient: DoOptions = {
      supervision: { intensity: 5, backoff: { minMs: 100, maxMs: 100, jitter: 0, stash: 5 } },
    };
    const s = new DoSystem({ Patient: patient });
    s.spawn('/root', 'sup', { behavior: 'Patient' });
    const path = '/root/sup/a';
    s.spawn('/root/sup', 'a');
    s.do(path, boom);
    expect(s.status(path)).toBe('backing-off');
    pause(s, path);
    expect(s.status(path)).toBe('backing-off');
    s.advance(100);
    expect(s.status(path)).toBe('paused');
    resume(s, path);
    expect(s.status(path)).toBe('running');
  });

  it('taken back while the actor waits for its supervisor leaves nothing behind', () => {
    const s = systemWithA();
    pause(s);
    s.kernel(0).signal(s.ref(A), { type: 'crash', kind: 'Crash', error: 'x' });
    s.turn(0);
    expect(s.status(A)).toBe('failed');
    inject(s, { kind: 'resume' });
    expect(s.status(A)).toBe('failed');
    s.settle();
    expect([s.status(A), s.incarnation(A)]).toEqual(['running', 2]);
  });

  it('does not keep a failure from being decided as a resume: the actor goes on with its state, paused', () => {
    const s = new DoSystem({ Forgiving: { supervision: { onFailure: { Crash: 'resume' } } } }, { root: 'Forgiving' });
    s.spawn('/root', 'a');
    pause(s);
    inject(s, { kind: 'crash' });
    s.settle();
    expect([s.status(A), s.incarnation(A), s.happened('resumed')]).toEqual(['paused', 1, [A]]);
  });

  it('of a dormant actor lets it start with its first message, and no further', () => {
    const s = systemWithA({ lazy: true });
    pause(s);
    expect(s.status(A)).toBe('dormant');
    post(s, 1);
    expect([s.status(A), s.happened('activated'), s.log]).toEqual(['paused', [A], []]);
    resume(s);
    expect(s.log).toEqual([`${A}#1 1`]);
  });

  it('keeps the actor from falling asleep, however idle', () => {
    const s = systemWithA({ behavior: 'Sleepy' }, { Sleepy: { passivateAfterMs: 50 } });
    pause(s);
    s.advance(500);
    expect(s.status(A)).toBe('paused');
    resume(s);
    s.advance(500);
    expect(s.status(A)).toBe('dormant');
  });

  it('does not keep the actor from being stopped; what waited is a dead letter', () => {
    const s = systemWithA();
    pause(s);
    post(s, 1, 2);
    s.stopChild('/root', 'a');
    expect([s.paths(), s.happened('dead-letter')]).toEqual([['/root'], [A]]);
  });

  it('of a supervisor leaves its children supervised', () => {
    const s = systemWithA();
    s.spawn(A, 'child');
    pause(s);
    s.do(`${A}/child`, boom);
    expect(s.incarnation(`${A}/child`)).toBe(2);
  });

  it('holds an actor that empties its mailbox before it stops, until its time is over', () => {
    const cast = { Drainer: { mailbox: { onStop: 'drain' } } } as const;
    const held = (): DoSystem => {
      const s = systemWithA({ behavior: 'Drainer', shutdownMs: 100 }, cast);
      for (const n of [1, 2]) s.post(A, work(n));
      pause(s);
      s.stopChild('/root', 'a');
      expect([s.status(A), s.log]).toEqual(['stopping', []]);
      return s;
    };
    const resumed = held();
    resume(resumed);
    expect([resumed.paths(), resumed.log]).toEqual([['/root'], [`${A}#1 1`, `${A}#1 2`]]);
    const late = held();
    late.advance(100);
    expect([late.paths(), late.log, late.happened('dead-letter')]).toEqual([['/root'], [], [A]]);
  });

  it('of one that is draining already holds it as well', () => {
    const s = systemWithA({ behavior: 'Drainer' }, { Drainer: { mailbox: { onStop: 'drain' } } });
    s.postDo(A, quit);
    s.post(A, work(1));
    s.turn(0);
    s.turn(0);
    expect(s.status(A)).toBe('stopping');
    pause(s);
    s.settle();
    expect([s.status(A), s.log]).toEqual(['stopping', []]);
    resume(s);
    expect([s.paths(), s.log]).toEqual([['/root'], [`${A}#1 1`]]);
  });

  it('and a full mailbox hold an actor up independently of each other', () => {
    const cast = { Blocking: { mailbox: { capacity: 2, overflow: 'block' } } } as const;
    for (const first of ['resume', 'drain'] as const) {
      const s = systemWithA({}, cast);
      const b = s.spawn('/root', 'b', { behavior: 'Blocking' });
      pause(s, '/root/b');
      s.do(A, (ctx) => {
        for (let n = 0; n < 3; n++) ctx.tell(b, work(n));
      });
      expect(s.status(A)).toBe('blocked');
      pause(s);
      expect(s.status(A)).toBe('paused');
      post(s, 9);
      resume(s, first === 'resume' ? A : '/root/b');
      expect(s.status(A)).toBe(first === 'resume' ? 'blocked' : 'paused');
      expect(s.log).not.toContain(`${A}#1 9`);
      resume(s, first === 'resume' ? '/root/b' : A);
      expect([s.status(A), s.log.at(-1)]).toEqual(['running', `${A}#1 9`]);
    }
  });
});

describe('poison', () => {
  it('waits its turn, makes its actor fail and is not handled again', () => {
    const s = systemWithA();
    s.post(A, work(1));
    inject(s, { kind: 'poison' });
    s.post(A, work(2));
    s.settle();
    expect(s.log).toEqual([`${A}#1 1`, `${A}#2 2`]);
    const failed = s.events.map(({ body }) => body).filter((body) => body.type === 'failed');
    expect(failed).toEqual([
      {
        type: 'failed',
        path: A,
        kind: 'Poison',
        error: 'Poison: whoever handles this message fails',
        during: POISON_KIND,
      },
    ]);
    // Start, Work, the poison, the halt, the restart, Work.
    expect(s.table.processed(s.ref(A).id)).toBe(6);
  });

  it('is a kind of error that rules of supervision can name', () => {
    const s = new DoSystem({ Forgiving: { supervision: { onFailure: { Poison: 'resume' } } } }, { root: 'Forgiving' });
    s.spawn('/root', 'a');
    inject(s, { kind: 'poison' });
    s.settle();
    expect([s.incarnation(A), s.happened('resumed')]).toEqual([1, [A]]);
  });

  it('wakes a dormant actor, to fail it', () => {
    const s = systemWithA({ lazy: true });
    inject(s, { kind: 'poison' });
    s.settle();
    expect([s.happened('activated'), s.happened('failed')]).toEqual([[A], [A]]);
  });

  it('finds a full mailbox like any message', () => {
    const s = systemWithA({ behavior: 'Small' }, { Small: { mailbox: { capacity: 1 } } });
    s.post(A, work(1));
    inject(s, { kind: 'poison' });
    s.settle();
    expect([s.log, s.happened('failed'), s.happened('dead-letter')]).toEqual([[`${A}#1 1`], [], [A]]);
  });
});

describe('flood', () => {
  it('takes room and a turn a message', () => {
    const s = systemWithA();
    const before = s.table.processed(s.ref(A).id);
    inject(s, { kind: 'flood', count: 100 });
    expect(s.find(A).cell.mailbox.length).toBe(100);
    s.settle();
    expect(s.table.processed(s.ref(A).id) - before).toBe(100);
    expect([s.happened('dead-letter'), s.happened('failed'), s.log]).toEqual([[], [], []]);
  });

  it('is what the strategy of the mailbox makes of it', () => {
    const s = systemWithA({ behavior: 'Small' }, { Small: { mailbox: { capacity: 10, overflow: 'drop-oldest' } } });
    s.post(A, work(1));
    inject(s, { kind: 'flood', count: 12 });
    s.settle();
    expect(s.log).toEqual([]);
    const letters = s.events.map(({ body }) => body).filter((body) => body.type === 'dead-letter');
    expect(letters.map(({ kind, count }) => `${count} ${kind}`)).toEqual(['1 Work', `2 ${FILLER_KIND}`]);
  });

  it('may find ranked and expiring mailboxes whose functions know nothing of it', () => {
    const priority: NonNullable<DoOptions['mailbox']>['priority'] = (message) => (message as { n: number }).n;
    const s = systemWithA({ behavior: 'Ranked' }, { Ranked: { mailbox: { priority } } });
    inject(s, { kind: 'flood', count: 3 });
    post(s, 1);
    expect(s.log).toEqual([`${A}#1 1`]);
  });
});

describe('hang', () => {
  it('is a turn that takes so long; 0 is none', () => {
    const s = systemWithA();
    inject(s, { kind: 'hang', forMs: 250 });
    s.settle();
    inject(s, { kind: 'hang', forMs: 0 });
    s.settle();
    expect(s.busyMs).toBe(250);
    inject(s, { kind: 'hang' });
    expect(s.busyMs).toBe(250);
    s.settle();
    expect(s.busyMs).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('busy', () => {
  it('is what the handler says, times what a slow fault says, within bounds', () => {
    const s = systemWithA();
    s.do(A, (ctx) => ctx.busy(3));
    expect(s.busyMs).toBe(3);
    inject(s, { kind: 'slow', delayMs: 0, factor: 4 });
    s.do(A, (ctx) => ctx.busy(3));
    expect(s.busyMs).toBe(15);
    inject(s, { kind: 'slow', delayMs: 0, factor: 1_000 });
    s.do(A, (ctx) => ctx.busy(LIMITS.busyMsMax));
    expect(s.busyMs).toBe(60_015);
  });

  it('is slowed over restarts until a delay of 0 heals it, and the actor shows how much', () => {
    const s = systemWithA();
    const view = () => viewOf(s.table, namesOf(s.find(A).cell));
    inject(s, { kind: 'slow', delayMs: 5, factor: 2.5 });
    s.do(A, boom);
    s.advance(10);
    expect(view()).toMatchObject({ slowMs: 5, slowFactor: 2.5, restarts: 1 });
    inject(s, { kind: 'slow', delayMs: 0 });
    expect(view()).not.toHaveProperty('slowFactor');
    s.do(A, (ctx) => ctx.busy(3));
    expect([view().slowMs, s.busyMs]).toEqual([0, 3]);
  });

  it.each([-1, LIMITS.busyMsMax + 1, Number.NaN, Number.POSITIVE_INFINITY])('for %d ms is refused', (ms) => {
    const s = systemWithA();
    s.do(A, (ctx) => ctx.busy(ms));
    const failed = s.events.map(({ body }) => body).find((body) => body.type === 'failed');
    expect(failed).toMatchObject({ path: A, kind: 'invalid-configuration' });
    expect(s.busyMs).toBe(0);
  });
});

describe('a breaker', () => {
  it('is the only actor that can be tripped, reset or forced', () => {
    const s = systemWithA();
    for (const fault of [
      { kind: 'trip-breaker' },
      { kind: 'reset-breaker' },
      { kind: 'force-breaker', to: 'open' },
    ] as const) {
      expect(() => inject(s, fault)).toThrow(`${A} is not a circuit breaker.`);
    }
    expect(s.events.filter(({ body }) => body.type === 'fault')).toEqual([]);
  });
});

describe('a letter that was lost', () => {
  const asked = (reason: 'lost' | 'worker-lost') => {
    const s = systemWithA();
    s.do('/root', (ctx) => {
      const b = spawn(ctx, 'b');
      ctx.ask(b, { kind: 'Ask', n: 1 }, { reply: 'Got', timeoutMs: 50 });
      const { kernel, cell } = s.find('/root/b');
      kernel.deadLetters.add(cell.ref, cell.mailbox.shift() as never, reason);
    });
    const before = [...s.log];
    s.advance(50);
    return { before, after: s.log, count: s.kernel(0).deadLetters.count };
  };

  it('on its way is noticed by its asker only when its time is over', () => {
    expect(asked('lost')).toEqual({ before: [], after: ['/root got ask-timeout'], count: 1 });
  });

  it('with its worker is told', () => {
    const heard = ['/root got worker-lost'];
    expect(asked('worker-lost')).toEqual({ before: heard, after: heard, count: 1 });
  });
});
