/** Corners of the kernel that a script cannot reach: races between workers, bounds, and what is measured. */
import { describe, expect, it } from 'vitest';
import { COLUMN, STATUS } from './actor-table.ts';
import type { AskOutcome, RefOf } from './behavior.ts';
import { actor } from './definition.ts';
import { PlayhouseError } from './errors.ts';
import type { Kernel } from './kernel.ts';
import type { AnyMessage, Ref } from './ref.ts';
import { t } from './schema.ts';
import { CAST } from './testdata/behaviors.ts';
import { TestSystem } from './testdata/test-system.ts';

interface ParentState {
  readonly refs: Record<string, Ref>;
}

interface WorkerState {
  readonly done: readonly number[];
}

const work = (n: number): AnyMessage => ({ kind: 'Work', n }) as AnyMessage;

describe('between workers', () => {
  /** A child that has been asked for on worker 1, whose spawn request has not arrived there yet. */
  function expecting(): { system: TestSystem; child: Ref; there: Kernel } {
    const system = new TestSystem(CAST, { workers: 2 });
    system.start('Parent', {});
    system.post('/root', { kind: 'Spawn', name: 'late', worker: 1 } as AnyMessage);
    system.kernels[0]?.run(100, 100);
    const child = system.state<ParentState>('/root').refs['late'] as Ref;
    return { system, child, there: system.kernels[1] as Kernel };
  }

  it('messages and signals that overtake the spawn request wait for the actor, in order', () => {
    const { system, child, there } = expecting();
    there.receiveMessage(child, work(1));
    there.receiveSignal(child, { type: 'crash', kind: 'Crash', error: 'early' });
    there.receiveMessage(child, work(2));
    system.settle();
    // Each incarnation tells itself a 0 when it starts, behind what waited already.
    expect(system.state<WorkerState>('/root/late').done).toEqual([1, 2, 0, 0]);
    expect(system.events.filter(({ body }) => body.type === 'dead-letter')).toEqual([]);
    expect(system.find('/root/late').cell.incarnation).toBe(2);
  });

  it('a ref of an earlier generation reaches nobody', () => {
    const { system, child, there } = expecting();
    there.receiveMessage({ ...child, generation: child.generation + 1 }, work(1));
    system.settle();
    expect(there.deadLetters.count).toBe(1);
    expect(system.state<WorkerState>('/root/late').done).toEqual([0]);
  });

  it('a made-up ref is a dead letter or a refusal, never a crash of the worker', () => {
    const { system, child, there } = expecting();
    system.settle();
    const root = system.find('/root').cell.ref;
    // The wrong protocol number: its kinds are unknown to the actor.
    there.receiveMessage(child, { kind: 'Ask' });
    for (const id of [-1, 2 ** 30, 0.5]) there.receiveMessage({ ...root, id }, work(1));
    system.settle();
    expect(there.deadLetters.count).toBe(4);
  });
});

describe('measurement', () => {
  const Server = actor('Server', {
    protocol: { Get: { replyTo: t.ref({ Got: {} }) }, Answer: {} },
    state: () => ({ waiting: [] as Ref<{ readonly kind: 'Got' }>[] }),
    on: {
      Get: (state, { replyTo }) => void state.waiting.push(replyTo),
      Answer: (state, _, ctx) => {
        for (const replyTo of state.waiting.splice(0)) ctx.tell(replyTo, { kind: 'Got' });
      },
    },
  });
  const Client = actor('Client', {
    protocol: { Go: { intendedAtMs: t.float64 } },
    state: () => ({ server: null as RefOf<typeof Server> | null }),
    signals: {
      preStart: (state, ctx) => {
        state.server = ctx.spawn(Server, { name: 'server' });
      },
    },
    on: {
      Go: ({ server }, { intendedAtMs }, ctx) => {
        if (server !== null) ctx.ask(server, { kind: 'Get' }, { reply: 'Done', timeoutMs: 10_000, intendedAtMs });
      },
    },
    replies: { Done: () => undefined },
  });

  it('latency counts from the intended send time: a stalled generator hides nothing', () => {
    const system = new TestSystem([Client, Server]);
    system.start('Client');
    system.advance(1_000);
    // Due at 0, 500 and 1,000 ms, but sent only now, all at once.
    for (const intendedAtMs of [0, 500, 1_000]) system.post('/root', { kind: 'Go', intendedAtMs } as AnyMessage);
    system.settle();
    system.advance(200);
    system.tell('/root/server', { kind: 'Answer' });
    expect(system.latenciesMs).toEqual([1_200, 700, 200]);
  });

  it('sampled flows are an honest estimate, also of a strictly alternating pattern', () => {
    const Fan = actor('Fan', {
      protocol: { Go: { count: t.int32 } },
      state: () => ({ targets: [] as RefOf<typeof Sink>[] }),
      signals: {
        preStart: (state, ctx) => {
          for (const name of ['a', 'b']) state.targets.push(ctx.spawn(Sink, { name }));
        },
      },
      on: {
        Go: ({ targets }, { count }, ctx) => {
          for (let n = 0; n < count; n++) ctx.tell(targets[n % 2] as RefOf<typeof Sink>, { kind: 'Drop' });
        },
      },
    });
    const Sink = actor('Sink', {
      protocol: { Drop: {} },
      mailbox: { capacity: 65_536 },
      state: () => ({}),
      on: { Drop: () => undefined },
    });
    const system = new TestSystem([Fan, Sink]);
    system.start('Fan');
    system.kernels[0]?.setSampleEvery(16);
    const count = 40_000;
    system.tell('/root', { kind: 'Go', count } as AnyMessage);
    const root = system.find('/root').cell.ref.id;
    for (const name of ['a', 'b']) {
      const estimate = system.flows.get(`${root}>${system.find(`/root/${name}`).cell.ref.id}`) ?? 0;
      expect(Math.abs(estimate - count / 2)).toBeLessThan(count * 0.05);
    }
  });
});

describe('what an observer sees', () => {
  it('an actor is not running before the rows of its first children are claimed', () => {
    const seen: number[] = [];
    const Early = actor('Early', {
      protocol: {},
      state: () => ({}),
      signals: { preStart: (_, ctx) => void seen.push(system.table.get(ctx.self.id, COLUMN.status)) },
      on: {},
    });
    const Above = actor('Above', {
      protocol: {},
      state: () => ({}),
      signals: { preStart: (_, ctx) => void ctx.spawn(Early, { name: 'early' }) },
      on: {},
    });
    const system = new TestSystem([Above, Early]);
    system.start('Above');
    const { kernel, cell } = system.find('/root/early');
    kernel.enqueueSignal(cell, { type: 'crash', kind: 'Crash', error: 'once more' });
    system.settle();
    expect(seen).toEqual([STATUS.starting, STATUS.restarting]);
    expect(system.table.get(cell.ref.id, COLUMN.status)).toBe(STATUS.running);
  });
});

describe('bounds', () => {
  it('a full actor table refuses the next actor, and a stopped one makes room', () => {
    const system = new TestSystem(CAST, { rows: 256 });
    system.start('Parent', {});
    const spawn = (name: string): void => system.tell('/root', { kind: 'Spawn', name } as AnyMessage);
    for (let n = 1; n < 256; n++) spawn(`child-${n}`);
    expect(system.cells().length).toBe(256);
    system.tell('/root', { kind: 'Stop', name: 'child-7' } as AnyMessage);
    spawn('child-256');
    expect(system.cells().length).toBe(256);
    spawn('one-too-many');
    expect(system.rootCause).toContain('actor table is full (256 rows)');
  });

  it('arguments that are not plain data are refused with the field named', () => {
    const Careless = actor('Careless', {
      protocol: { Go: {} },
      state: () => ({}),
      on: { Go: (_state, _message, ctx) => void ctx.spawn(Taker, { args: { items: [() => 1] } }) },
    });
    const Taker = actor('Taker', { protocol: {}, state: (args: { readonly items: unknown[] }) => args, on: {} });
    const system = new TestSystem([Careless, Taker]);
    system.start('Careless');
    system.tell('/root', { kind: 'Go' });
    expect(system.rootCause).toBe('Arguments of Taker: field "items[0]" must be plain data, not a function.');
  });
});

describe('reports that come too late', () => {
  it('S15: a stale failure report of an old incarnation is ignored', () => {
    const system = new TestSystem(CAST);
    system.start('Parent', { children: ['a'] });
    const parent = system.find('/root');
    const { ref } = system.find('/root/a').cell;
    const report = { type: 'child-failed', child: ref, kind: 'Error', error: 'old news', canResume: true } as const;
    system.kernels[0]?.enqueueSignal(system.find('/root/a').cell, { type: 'crash', kind: 'Crash', error: 'once' });
    system.settle();
    expect(system.find('/root/a').cell.incarnation).toBe(2);
    // The same report once more, as if it had been delayed on its way.
    parent.kernel.receiveSignal(parent.cell.ref, { ...report, incarnation: 1 });
    system.settle();
    expect(system.find('/root/a').cell.incarnation).toBe(2);
    expect(system.events.filter(({ body }) => body.type === 'restarted').length).toBe(1);
    // So is a decision about an earlier incarnation at the child.
    for (const stale of [
      { type: 'halt', incarnation: 1, forced: false, stash: -1 },
      { type: 'restart', incarnation: 1, counted: 1, intensity: 3 },
      { type: 'resume', incarnation: 1 },
    ] as const) {
      parent.kernel.receiveSignal(ref, stale);
    }
    system.settle();
    expect(system.find('/root/a').cell.incarnation).toBe(2);
  });

  it('a child that stops by itself while its parent stops another does not hurry the parent', () => {
    const system = new TestSystem(CAST);
    system.start('Parent', { children: ['a', 'b', 'c'] });
    for (const path of ['/root/a', '/root']) {
      const { kernel, cell } = system.find(path);
      kernel.enqueueSignal(cell, { type: 'stop', reason: 'normal', forced: false });
    }
    system.settle();
    const stopped = system.events.flatMap(({ body }) => (body.type === 'stopped' ? [body.path] : []));
    expect(stopped).toEqual(['/root/a', '/root/c', '/root/b', '/root']);
  });
});

describe('two actors that fill each other', () => {
  it('never block each other: both would wait for ever', () => {
    const Pair = actor('Pair', {
      protocol: { Go: { count: t.int32 }, Hello: { n: t.int32 } },
      mailbox: { capacity: 2, overflow: 'block' },
      state: () => ({ other: null as Ref<AnyMessage> | null, heard: 0 }),
      signals: {
        preStart(state, ctx) {
          state.other = ctx.spawn(Talker, { name: 'other', args: { back: ctx.self } }) as Ref<AnyMessage>;
        },
      },
      on: {
        Go({ other }, { count }, ctx) {
          for (let n = 0; n < count; n++) if (other !== null) ctx.tell(other, { kind: 'Hello', n } as AnyMessage);
        },
        Hello: (state) => void state.heard++,
      },
    });
    const Talker = actor('Talker', {
      protocol: { Hello: { n: t.int32 } },
      mailbox: { capacity: 2, overflow: 'block' },
      state: ({ back }: { readonly back: Ref<{ readonly kind: 'Hello'; readonly n: number }> }) => ({ back, heard: 0 }),
      on: {
        Hello(state, { n }, ctx) {
          state.heard++;
          for (let times = 0; times < 3; times++) ctx.tell(state.back, { kind: 'Hello', n });
        },
      },
    });
    const system = new TestSystem([Pair, Talker]);
    system.start('Pair');
    system.tell('/root', { kind: 'Go', count: 20 } as AnyMessage);
    expect(system.state<{ readonly heard: number }>('/root/other').heard).toBe(20);
    expect(system.state<{ readonly heard: number }>('/root').heard).toBe(60);
    expect(system.cells().map(({ receptive }) => receptive)).toEqual([true, true]);
  });
});

describe('an ask that cannot be sent', () => {
  it('fails at once, and has no second outcome', () => {
    const Sink = actor('Sink', {
      protocol: { Take: { data: t.any, replyTo: t.ref({ Taken: {} }) } },
      state: () => ({}),
      on: { Take: (_, { replyTo }, ctx) => ctx.tell(replyTo, { kind: 'Taken' }) },
    });
    const Giver = actor('Giver', {
      protocol: { Give: {} },
      state: () => ({ sink: null as RefOf<typeof Sink> | null, heard: [] as string[] }),
      signals: {
        preStart: (state, ctx) => {
          state.sink = ctx.spawn(Sink, { placement: 1 });
        },
      },
      on: {
        Give(state, _, ctx) {
          try {
            if (state.sink !== null) {
              ctx.ask(state.sink, { kind: 'Take', data: 1 }, { reply: 'Given', timeoutMs: 10 });
            }
          } catch (thrown) {
            state.heard.push((thrown as Error).message);
          }
        },
      },
      replies: {
        Given: (state, outcome: AskOutcome) => void state.heard.push(outcome.ok ? 'taken' : outcome.error.code),
      },
    });
    const system = new TestSystem([Giver, Sink], { workers: 2 });
    system.start('Giver');
    const host = system.kernels[0]?.host as { sendMessage: unknown };
    host.sendMessage = () => {
      throw new PlayhouseError('message-too-large', 'too large');
    };
    system.tell('/root', { kind: 'Give' });
    system.advance(1_000);
    expect(system.state<{ readonly heard: string[] }>('/root').heard).toEqual(['too large']);
  });
});
