/** Corners of a life: rows and names that are used again, sleep, numbers that are none, and whatever an author may throw. */
import { describe, expect, it } from 'vitest';
import { ActorError, PlayhouseError } from './errors.ts';
import { LIMITS } from './limits.ts';
import {
  boom,
  type DoContext,
  type DoOptions,
  type DoState,
  DoSystem,
  quit,
  type Script,
  spawn,
  work,
} from './testdata/do-actor.ts';

/** The code and the field of what a script threw. */
function refusal(action: () => void): string {
  try {
    action();
    return 'not refused';
  } catch (thrown) {
    return thrown instanceof PlayhouseError ? `${thrown.code} ${thrown.field}` : String(thrown);
  }
}

describe('rows and names', () => {
  it('the row of a child on another worker can be used again', () => {
    const s = new DoSystem({}, { workers: 2 });
    for (let n = 0; n < 700; n++) {
      s.spawn('/root', 'x', { placement: 1 });
      s.stopChild('/root', 'x');
    }
    expect(s.happened('failed')).toEqual([]);
    expect(s.paths()).toEqual(['/root']);
  });

  /** `/root` watches a child `c`, which stops. */
  function terminating(terminated: (ctx: DoContext) => void, restart: 'transient' | 'temporary'): DoSystem {
    const s = new DoSystem(
      { P: { signals: { terminated: (_state, _signal, ctx) => terminated(ctx) } } },
      { root: 'P' },
    );
    s.do('/root', (ctx) => ctx.watch(spawn(ctx, 'c', { restart })));
    s.spawn('/root', 'later');
    s.do('/root/c', quit);
    return s;
  }
  const children = (s: DoSystem): readonly string[] => {
    const names: string[] = [];
    s.do('/root', (ctx) => void names.push(...ctx.children().map(({ name }) => name)));
    return names;
  };

  it('the name of a watched child is free when its parent hears that it is gone', () => {
    const s = terminating((ctx) => spawn(ctx, 'c'), 'temporary');
    expect(s.happened('failed')).toEqual([]);
    expect(children(s)).toEqual(['later', 'c']);
  });

  it('one spawned in its place has its row and not its place among the children', () => {
    const s = terminating((ctx) => spawn(ctx, 'd'), 'temporary');
    expect(children(s)).toEqual(['later', 'd']);
    s.spawn('/root', 'c');
    expect(s.happened('failed')).toEqual([]);
  });

  it('its kept spec is there by then', () => {
    const s = terminating((ctx) => void ctx.restartChild('c'), 'transient');
    expect(s.happened('failed')).toEqual([]);
    expect(children(s)).toEqual(['later', 'c']);
  });

  it('no more than so many specs are kept', () => {
    const s = new DoSystem();
    for (let n = 0; n < LIMITS.keptSpecsMax + 100; n++) {
      s.spawn('/root', `c${n}`, { restart: 'transient' });
      s.stopChild('/root', `c${n}`);
    }
    expect(s.find('/root').cell.stoppedChildren?.size).toBe(LIMITS.keptSpecsMax);
  });

  it('a name made from any behavior follows the rule for names', () => {
    const behavior = 'My actor: ü'.padEnd(90, 'x');
    const s = new DoSystem({ [behavior]: {} });
    s.do('/root', (ctx) => ctx.spawn({ name: behavior } as unknown as Parameters<DoContext['spawn']>[0]));
    expect(s.paths()[1]).toMatch(/^\/root\/[A-Za-z0-9_.-]{1,64}$/);
  });
});

describe('numbers', () => {
  it.each([
    ['a time-out that is no number', { timeoutMs: Number.NaN }, 'timeoutMs'],
    ['a time-out without end', { timeoutMs: Number.POSITIVE_INFINITY }, 'timeoutMs'],
    ['a time to have been sent that is no number', { timeoutMs: 50, intendedAtMs: Number.NaN }, 'intendedAtMs'],
  ])('%s is refused, and the clock goes on', (_, options, field) => {
    const s = new DoSystem();
    let heard = '';
    s.do('/root', (ctx) => {
      heard = refusal(() => ctx.ask(ctx.self, { kind: 'Ask', n: 1 }, { reply: 'Got', ...options }));
      ctx.startTimer('key', work(1), 10);
    });
    expect(heard).toBe(`invalid-configuration ${field}`);
    s.advance(1_000);
    expect(s.log).toEqual(['/root#1 1']);
    expect(s.nextDueMs()).toBe(Number.POSITIVE_INFINITY);
    expect(s.latenciesMs).toEqual([]);
  });
});

describe('sleep', () => {
  it('a dormant child that restarts with its siblings starts once, after that', () => {
    const log: string[] = [];
    const backoff = { minMs: 50, maxMs: 50, jitter: 0 };
    const P: DoOptions = { supervision: { strategy: 'one_for_all', intensity: 10, backoff } };
    const Parent: DoOptions = {
      signals: {
        preStart(_, ctx) {
          log.push(`preStart ${ctx.incarnation}`);
          spawn(ctx, 'child');
        },
        postStop: (_, ctx) => void log.push(`postStop ${ctx.incarnation}`),
      },
    };
    const s = new DoSystem({ P, Parent }, { root: 'P', log });
    s.spawn('/root', 'a');
    s.spawn('/root', 'lazy', { behavior: 'Parent', lazy: true });
    s.do('/root/a', boom);
    s.tell('/root/lazy', work(1));
    s.advance(200);
    expect(s.happened('failed')).toEqual(['/root/a']);
    expect(log).toEqual(['preStart 2', '/root/lazy#2 1']);
  });

  it('an actor with something in its stash is busy: it does not passivate', () => {
    const Sleepy: DoOptions = {
      passivateAfterMs: 20,
      on: {
        Work(state, message, ctx) {
          if (ctx.parameter('open') === 0) return ctx.stash(message);
          state.done.push(message.n);
          ctx.unstash();
        },
      },
    };
    const s = new DoSystem({ Sleepy }, { parameters: { open: 0 } });
    s.spawn('/root', 'c', { behavior: 'Sleepy' });
    s.tell('/root/c', work(1));
    s.advance(1_000);
    expect(s.happened('passivated')).toEqual([]);
    s.setParameter('open', 1);
    s.tell('/root/c', work(2));
    expect(s.state<DoState>('/root/c').done).toEqual([2, 1]);
    s.advance(100);
    expect(s.status('/root/c')).toBe('dormant');
  });

  it('whoever wakes does not hear of the end of children that slept away with its last life', () => {
    const log: string[] = [];
    const Sleepy: DoOptions = { passivateAfterMs: 20, signals: { terminated: () => void log.push('terminated') } };
    const s = new DoSystem({ Sleepy }, { log });
    s.spawn('/root', 'c', { behavior: 'Sleepy' });
    s.do('/root/c', (ctx) => ctx.watch(spawn(ctx, 'child')));
    s.advance(1_000);
    expect(s.paths()).toEqual(['/root', '/root/c']);
    s.tell('/root/c', work(1));
    expect(log).toEqual(['/root/c#1 1']);
    expect(s.find('/root/c').cell.deferred ?? []).toEqual([]);
  });

  it('a permanent actor that has stopped itself is started again, even if it was about to sleep', () => {
    const s = new DoSystem({ Sleepy: { passivateAfterMs: 20 } });
    s.spawn('/root', 'c', { behavior: 'Sleepy', restart: 'permanent' });
    s.advance(10);
    s.postDo('/root/c', quit);
    s.turn(0);
    s.late(0, 40);
    s.settle();
    s.advance(100);
    expect(s.incarnation('/root/c')).toBe(2);
  });

  it('a receive time-out of one incarnation is not delivered to the next', () => {
    const log: string[] = [];
    const Idle: DoOptions = {
      signals: {
        preStart: (_, ctx) => ctx.setReceiveTimeout(10),
        receiveTimeout: (_, ctx) => void log.push(`idle ${ctx.incarnation}`),
      },
    };
    const s = new DoSystem({ Idle }, { workers: 2, log });
    s.spawn('/root', 'd', { behavior: 'Idle', placement: 1 });
    s.postDo('/root/d', boom);
    s.run(1);
    s.late(1, 10);
    s.run(1);
    s.settle();
    expect(s.incarnation('/root/d')).toBe(2);
    expect(log).toEqual([]);
    s.advance(10);
    expect(log).toEqual(['idle 2']);
  });
});

describe('the end', () => {
  const quitTwice: Script = (ctx) => {
    ctx.stop();
    ctx.stop();
  };
  const quitAndFail: Script = (ctx) => {
    ctx.stop();
    throw new Error('and failed');
  };

  it.each([
    ['stops itself twice', quitTwice],
    ['stops itself and fails', quitAndFail],
  ] as const)('a permanent actor that %s in one turn is started again once', (_, script) => {
    const s = new DoSystem();
    s.spawn('/root', 'c', { restart: 'permanent' });
    s.do('/root/c', script);
    expect(s.incarnation('/root/c')).toBe(2);
    expect(s.status('/root/c')).toBe('running');
  });

  it('a reply that came while its asker waited for a decision is a dead letter when that was to stop it', () => {
    const Strict: DoOptions = { supervision: { onFailure: { '*': 'stop' } } };
    const s = new DoSystem({ Strict }, { workers: 2, root: 'Strict' });
    const server = s.spawn('/root', 'server', { placement: 1 });
    s.spawn('/root', 'c', { placement: 1 });
    s.postDo('/root/c', (ctx) => {
      ctx.ask(server, { kind: 'Ask', n: 7 }, { reply: 'Got', timeoutMs: 1_000 });
      boom(ctx);
    });
    // It has failed, and has its reply; its parent, on worker 0, does not know yet.
    s.run(1);
    expect(s.find('/root/c').cell.deferred).toHaveLength(1);
    s.settle();
    const dead = s.events.flatMap(({ body }) => (body.type === 'dead-letter' ? [`${body.kind} ${body.reason}`] : []));
    expect(dead).toEqual(['Got late-reply']);
    expect(s.log).toEqual([]);
    expect(s.paths()).toEqual(['/root', '/root/server']);
  });

  it('nothing spawned in postStop outlives its parent', () => {
    const heard: string[] = [];
    const P: DoOptions = {
      signals: { postStop: (_, ctx) => void heard.push(refusal(() => spawn(ctx, 'late'))) },
    };
    const s = new DoSystem({ P });
    s.spawn('/root', 'p', { behavior: 'P' });
    s.do('/root/p', quit);
    s.advance(10_000);
    expect(heard).toEqual(['not-started behavior']);
    expect(s.paths()).toEqual(['/root']);
  });

  it('a state of nothing is refused when the actor starts', () => {
    const Empty: DoOptions = { state: () => undefined as unknown as DoState };
    const s = new DoSystem({ Empty });
    s.do('/root', (ctx) => spawn(ctx, 'c', { behavior: 'Empty' }));
    const failed = s.events.flatMap(({ body }) => (body.type === 'failed' ? [`${body.path} ${body.kind}`] : []));
    expect(failed[0]).toBe('/root/c invalid-state');
  });

  it.each([
    ['an object without a prototype', () => Object.create(null)],
    ['an error without a name', () => Object.assign(new Error('x'), { name: undefined })],
    ['an actor error without a kind', () => new ActorError(undefined as unknown as string, 'x')],
    ['an error with a symbol for a message', () => Object.assign(new Error('x'), { message: Symbol('x') })],
    ['a symbol', () => Symbol('x')],
    ['nothing', () => undefined],
  ])('%s thrown is a failure like any other', (_, odd) => {
    const s = new DoSystem();
    s.spawn('/root', 'c');
    s.do('/root/c', () => {
      throw odd();
    });
    s.tell('/root/c', work(1));
    expect(s.log).toEqual(['/root/c#2 1']);
  });
});
