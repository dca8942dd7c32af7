/** A worker is lost: what becomes of its mail, and of whoever waited for it: askers, watchers, suspended senders. */
import { describe, expect, it } from 'vitest';
import { COLUMN, FIELD } from './actor-table.ts';
import { skipAskNumbers } from './asks.ts';
import { Parent, Worker } from './testdata/behaviors.ts';
import { type DoOptions, DoSystem, quit, type Script, work } from './testdata/do-actor.ts';
import { A, bodies, family, lose, only } from './testdata/lost-worker.ts';
import { TestSystem } from './testdata/test-system.ts';

describe('mail', () => {
  it('of a lost mailbox and of a lost stash is one dead letter each', () => {
    const s = only();
    s.postDo(A, (ctx) => ctx.stash(work(1) as never));
    s.run(1);
    for (const n of [2, 3]) s.post(A, work(n));
    lose(s);
    expect(bodies(s)).toContainEqual({ type: 'dead-letter', path: A, kind: 'Work', reason: 'worker-lost', count: 3 });
    expect(s.kernels.reduce((sum, { deadLetters }) => sum + deadLetters.count, 0)).toBe(3);
    expect(s.table.get(s.ref(A).id, COLUMN.deadLetters)).toBe(3);
    expect(s.table.get(s.ref(A).id, COLUMN.depth)).toBe(0);
  });

  it('to an adopted actor that has not started yet waits for it', () => {
    const s = only();
    s.killWorker(1);
    s.post(A, work(1));
    s.settle();
    expect(s.log).toEqual(['/root/p/a#2 1']);
  });
});

describe('asks', () => {
  function asking(kind_: string): TestSystem {
    const s = new TestSystem([Parent, Worker], { workers: 2 });
    s.start('Parent', { children: ['w'], from: 1 });
    s.tell('/root', { kind: 'Ask', name: 'w', kind_, n: 50, timeoutMs: 1_000 } as never);
    return s;
  }

  it('of a lost actor fail at once, and say which worker it was', () => {
    const s = asking('Slowly');
    lose(s);
    expect(s.state<{ readonly heard: readonly string[] }>('/root').heard).toEqual([
      'Slowly(50) → worker-lost: Worker 1 was lost before /root/w answered Slowly. at 0',
    ]);
    s.advance(2_000);
    expect(s.state<{ readonly heard: readonly string[] }>('/root').heard).toHaveLength(1);
  });

  it('that wait in a lost mailbox after they were passed on fail as well', () => {
    const s = family();
    s.slow('/root/p/b', 50);
    const request = { kind: 'Ask', n: 8 };
    s.do('/root/p', (ctx) => ctx.ask(s.ref('/root/p/b'), request as never, { reply: 'Got', timeoutMs: 1_000 }));
    const replyTo = { ...s.ref('/root/p'), ask: s.find('/root/p').cell.nextAsk - 1 };
    s.kernel(1).receiveMessage(s.ref(A), { ...request, replyTo } as never);
    lose(s);
    expect(s.log).toEqual(['/root/p got worker-lost']);
    s.advance(1_000);
    expect(s.log).toHaveLength(1);
  });

  it('of a lost actor are over, and a late reply meets none of its new ones', () => {
    const s = family();
    // b takes its time.
    s.slow('/root/p/b', 50);
    s.do('/root/p/b', () => undefined);
    const ask = (n: number) => (): void => {
      s.do(A, (ctx) =>
        ctx.ask(s.ref('/root/p/b') as never, { kind: 'Ask', n } as never, { reply: 'Got', timeoutMs: 10_000 }),
      );
    };
    ask(1)();
    lose(s);
    ask(2)();
    expect(s.find(A).cell.asks?.size).toBe(1);
    s.advance(10_000);
    expect(s.log).toEqual(['/root/p/a got 2']);
    expect(bodies(s)).toContainEqual({ type: 'dead-letter', path: A, kind: 'Got', reason: 'late-reply', count: 1 });
  });

  it('have numbers that no earlier life has had', () => {
    const s = only();
    s.find(A).cell.nextAsk = 2 ** 16 - 1;
    const again: Script = (ctx) =>
      ctx.ask(ctx.self as never, { kind: 'Ask', n: 0 } as never, { reply: 'Got', timeoutMs: 0 });
    s.do(A, again);
    expect(s.find(A).cell.nextAsk).toBe(2 ** 16);
    lose(s);
    expect(s.find(A).cell.nextAsk).toBe(2 ** 17);
    // Once round, with the block that comes after the last one.
    const { kernel, cell } = s.find(A);
    s.table.setField(cell.ref.id, FIELD.askBlock, 2 ** 15 - 1);
    skipAskNumbers(kernel, cell);
    expect(cell.nextAsk).toBe(1);
  });
});

describe('watchers', () => {
  const Watching: DoOptions = {
    signals: { terminated: (_, { reason }, ctx) => void ctx.spawn({ name: 'Plain' } as never, { name: reason }) },
  };

  it('go on watching the adopted one', () => {
    const s = family({}, { Watching });
    s.spawn('/root', 'w', { behavior: 'Watching', placement: 2 });
    s.do('/root/w', (ctx) => ctx.watch(s.ref(A)));
    lose(s);
    expect(s.find(A).cell.watchers).toEqual([s.ref('/root/w')]);
    expect(s.paths()).not.toContain('/root/w/killed');
    s.do(A, quit);
    expect(s.paths()).toContain('/root/w/normal');
  });

  it('hear once that one is gone for good', () => {
    const s = family({}, { Watching });
    s.spawn(A, 'x', { placement: 1 });
    s.spawn('/root', 'w', { behavior: 'Watching', placement: 2 });
    s.do('/root/w', (ctx) => ctx.watch(s.ref('/root/p/a/x')));
    lose(s);
    // A second time the name would be taken, which is a failure.
    expect(s.happened('failed')).not.toContain('/root/w');
    expect(s.paths()).toContain('/root/w/killed');
    expect(s.find('/root/w').cell.watching).toEqual([]);
  });

  it('that were lost are forgotten by those they watched', () => {
    const s = family();
    s.do(A, (ctx) => ctx.watch(s.ref('/root/p/b')));
    expect(s.find('/root/p/b').cell.watchers).toHaveLength(1);
    lose(s);
    expect(s.find('/root/p/b').cell.watchers).toEqual([]);
  });
});

describe('back-pressure', () => {
  const full = (overflow: 'block' | 'backpressure', log: string[]) => ({
    Full: { mailbox: { capacity: 1, overflow } } satisfies DoOptions,
    Sender: {
      signals: { backpressure: (_, { active }) => void log.push(active ? 'slow down' : 'go on') },
    } satisfies DoOptions,
  });

  it.each(['block', 'backpressure'] as const)('%s: whoever waited for a lost mailbox goes on', (overflow) => {
    const log: string[] = [];
    const s = new DoSystem(full(overflow, log), { workers: 2 });
    s.spawn('/root', 'full', { behavior: 'Full', placement: 1 });
    s.spawn('/root', 'sender', { behavior: 'Sender' });
    s.slow('/root/full', 1_000);
    s.do('/root/sender', (ctx) => {
      for (const n of [1, 2, 3, 4]) ctx.tell(s.ref('/root/full'), work(n));
    });
    expect(s.status('/root/sender')).toBe(overflow === 'block' ? 'blocked' : 'running');
    lose(s);
    expect(s.status('/root/sender')).toBe('running');
    expect(log).toEqual(overflow === 'block' ? [] : ['slow down', 'go on']);
  });

  it('a lost sender is suspended again when it finds the mailbox still full', () => {
    const s = new DoSystem(full('block', []), { workers: 2 });
    s.spawn('/root', 'full', { behavior: 'Full' });
    s.spawn('/root', 'sender', { placement: 1 });
    s.slow('/root/full', 1_000);
    const pile: Script = (ctx) => {
      for (const n of [1, 2, 3, 4]) ctx.tell(s.ref('/root/full'), work(n));
    };
    s.do('/root/sender', pile);
    lose(s);
    expect(s.status('/root/sender')).toBe('running');
    s.do('/root/sender', pile);
    expect(s.status('/root/sender')).toBe('blocked');
    s.advance(20_000);
    expect(s.status('/root/sender')).toBe('running');
  });

  it('whoever waited for the way there goes on', () => {
    const s = new DoSystem(full('block', []), { workers: 2 });
    s.spawn('/root', 'full', { behavior: 'Full', placement: 1 });
    s.spawn('/root', 'sender');
    const { host } = s.kernel(0);
    Object.assign(host, { sendMessage: () => 'crowded' });
    s.do('/root/sender', (ctx) => ctx.tell(s.ref('/root/full'), work(1)));
    expect(s.status('/root/sender')).toBe('blocked');
    lose(s);
    expect(s.status('/root/sender')).toBe('running');
    expect(s.kernel(0).crowded.size).toBe(0);
  });
});
