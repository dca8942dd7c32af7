/** Corners of mailboxes: bounds that hold, senders that wait, messages that come back, and what is still on its way. */
import { describe, expect, it } from 'vitest';
import type { MailboxOptions } from './behavior.ts';
import type { Host } from './host.ts';
import { depthOf } from './overflow.ts';
import { boom, type DoOptions, type DoRef, DoSystem, quit, type Script, spawn, work } from './testdata/do-actor.ts';

const withMailbox = (mailbox: NonNullable<DoOptions['mailbox']>): DoOptions => ({ mailbox });
/** A script that tells somebody so much. */
const toFlood =
  (to: DoRef, count: number): Script =>
  (ctx) => {
    for (let n = 0; n < count; n++) ctx.tell(to, work(n));
  };

/** Puts all work aside. */
const Stasher: DoOptions = { on: { Work: (_state, message, ctx) => ctx.stash(message) } };

describe('mailbox', () => {
  it('keeps its bound while its dormant actor wakes, which it is told once', () => {
    const s = new DoSystem({ Small: withMailbox({ capacity: 4 }) });
    s.spawn('/root', 'lazy', { behavior: 'Small', lazy: true });
    for (let n = 0; n < 100; n++) s.post('/root/lazy', work(n));
    const { cell } = s.find('/root/lazy');
    expect([cell.mailbox.length, cell.signals.length]).toEqual([4, 1]);
  });

  it('of an actor that is gone has a depth of 0', () => {
    const s = new DoSystem();
    const ref = s.spawn('/root', 'c');
    s.postDo('/root/c', quit);
    for (let n = 0; n < 5; n++) s.post('/root/c', work(n));
    s.settle();
    expect(depthOf(s.kernel(0), ref)).toBe(0);
  });

  it('a priority that throws fails neither the sender nor the worker', () => {
    const priority = (): number => {
      throw new Error('no priority');
    };
    const s = new DoSystem({ Ranked: withMailbox({ priority }) });
    const ref = s.spawn('/root', 'r', { behavior: 'Ranked' });
    s.spawn('/root', 'sender');
    s.do('/root/sender', (ctx) => ctx.tell(ref, work(1)));
    expect(s.happened('failed')).not.toContain('/root/sender');
    expect(() => s.tell('/root/r', work(2))).not.toThrow();
    expect(s.log).toEqual(['/root/r#1 1', '/root/r#1 2']);
  });

  it('no signal for an actor still on its way is dropped, however much waits for it', () => {
    const s = new DoSystem({}, { workers: 2 });
    let ref: DoRef | undefined;
    s.postDo('/root', (ctx) => {
      ref = spawn(ctx, 'late', { placement: 1 });
    });
    s.run(0);
    if (ref === undefined) throw new Error('not spawned');
    for (let n = 0; n < 65_536; n++) s.kernel(1).receiveMessage(ref, work(n));
    s.kernel(1).receiveSignal(ref, { type: 'stop', reason: 'shutdown', forced: false });
    s.settle();
    expect(s.paths()).toEqual(['/root']);
    expect(s.heldEarly()).toBe(0);
  });
});

describe('stash', () => {
  it('takes the same message object as often as it was sent', () => {
    const s = new DoSystem({ Stasher });
    const ref = s.spawn('/root', 'r', { behavior: 'Stasher' });
    const one = work(1);
    s.do('/root', (ctx) => {
      ctx.tell(ref, one);
      ctx.tell(ref, one);
    });
    expect(s.happened('failed')).toEqual([]);
    expect(s.find('/root/r').cell.stashed).toHaveLength(2);
  });

  it('takes every tick of a periodic timer', () => {
    const s = new DoSystem({ Stasher });
    s.spawn('/root', 'r', { behavior: 'Stasher' });
    s.do('/root/r', (ctx) => ctx.startPeriodicTimer('key', work(1), 10));
    s.advance(25);
    expect(s.happened('failed')).toEqual([]);
    expect(s.find('/root/r').cell.stashed).toHaveLength(2);
  });

  it('a message put aside before its handler threw is handled by the next incarnation, and its asker hears that alone', () => {
    const Careless: DoOptions = {
      on: {
        Ask(_, message, ctx) {
          if (ctx.incarnation === 1) {
            ctx.stash(message);
            throw new Error('after all');
          }
          ctx.tell(message.replyTo, { kind: 'Got', n: message.n });
        },
      },
    };
    const s = new DoSystem({ Careless });
    s.do('/root', (ctx) => {
      const ref = spawn(ctx, 'r', { behavior: 'Careless' });
      ctx.ask(ref, { kind: 'Ask', n: 3 }, { reply: 'Got', timeoutMs: 100 });
    });
    s.advance(200);
    expect(s.log).toEqual(['/root got 3']);
  });
});

describe('a batch', () => {
  const batching = (mailbox: NonNullable<DoOptions['mailbox']>, log: string[]): DoOptions => ({
    mailbox,
    on: {
      Work: { upTo: 10, handle: (_, messages) => void log.push(messages.map(({ n }) => n).join()) },
    },
  });

  it('looks at the next message without changing its place', () => {
    const log: string[] = [];
    const priority: MailboxOptions['priority'] = (message) => (message as { readonly n?: number }).n ?? 5;
    const s = new DoSystem({ Ranked: batching({ priority }, log) }, { log });
    s.spawn('/root', 'b', { behavior: 'Ranked' });
    s.post('/root/b', work(6));
    s.postDo('/root/b', () => log.push('script'));
    // Handles 6 and looks at the script.
    s.turn(0);
    s.post('/root/b', work(9));
    s.settle();
    expect(log).toEqual(['6', '9', 'script']);
  });

  it('looks at it without lengthening its time to wait', () => {
    const log: string[] = [];
    const s = new DoSystem({ Impatient: batching({ deadlineMs: 10 }, log) }, { log });
    s.spawn('/root', 'b', { behavior: 'Impatient' });
    s.post('/root/b', work(6));
    s.postDo('/root/b', () => log.push('script'));
    s.turn(0);
    s.nowMs = 100;
    s.settle();
    expect(log).toEqual(['6']);
  });
});

describe('a sender that waits for room', () => {
  const Full = withMailbox({ capacity: 1, overflow: 'block' });

  /** `/root/full` takes so long for each message, and suspends who sends it more than one. */
  function clogged(cast: Readonly<Record<string, DoOptions>>, delayMs: number, log: string[] = []): DoSystem {
    const s = new DoSystem({ Full, ...cast }, { log });
    s.spawn('/root', 'full', { behavior: 'Full' });
    s.slow('/root/full', delayMs);
    return s;
  }

  it('another one in the row of one that waited is suspended too', () => {
    const s = clogged({}, 60_000);
    const full = s.ref('/root/full');
    const first = s.spawn('/root', 'a');
    s.do('/root/a', toFlood(full, 5));
    expect(s.status('/root/a')).toBe('blocked');
    s.stopChild('/root', 'a');
    const second = s.spawn('/root', 'b');
    expect(second.id).toBe(first.id);
    s.do('/root/b', toFlood(full, 5));
    expect(s.status('/root/b')).toBe('blocked');
  });

  it('handles the signals that came meanwhile before it drains its own mailbox', () => {
    const s = clogged({ Draining: withMailbox({ onStop: 'drain' }) }, 100);
    const full = s.ref('/root/full');
    const server = s.spawn('/root', 'server');
    s.spawn('/root', 'd', { behavior: 'Draining' });
    s.do('/root/d', (ctx) => {
      ctx.ask(server, { kind: 'Ask', n: 7 }, { reply: 'Got', timeoutMs: 5_000 });
      toFlood(full, 3)(ctx);
    });
    expect(s.status('/root/d')).toBe('blocked');
    for (let n = 10; n < 13; n++) s.post('/root/d', work(n));
    s.stopChild('/root', 'd');
    s.advance(4_000);
    const own = s.log.filter((line) => line.startsWith('/root/d'));
    expect(own).toEqual(['/root/d got 7', '/root/d#1 10', '/root/d#1 11', '/root/d#1 12']);
  });

  it('has one receive time-out waiting for it, however long that takes', () => {
    const s = clogged({ Idle: { signals: { receiveTimeout: () => undefined } } }, 10_000);
    const full = s.ref('/root/full');
    s.spawn('/root', 'd', { behavior: 'Idle' });
    s.do('/root/d', (ctx) => {
      ctx.setReceiveTimeout(1);
      toFlood(full, 3)(ctx);
    });
    s.advance(9_000);
    expect(s.find('/root/d').cell.deferred).toEqual([{ type: 'receive-timeout' }]);
  });
});

describe('a way between workers', () => {
  const cast = {
    Top: { supervision: { onFailure: { '*': 'resume' } } },
    Block: withMailbox({ capacity: 100, overflow: 'block' }),
    Press: withMailbox({ capacity: 100, overflow: 'backpressure' }),
  } as const satisfies Readonly<Record<string, DoOptions>>;

  /** What worker 0 hears about the way of its messages; they arrive whatever it is. */
  function sayAbout({ host }: { readonly host: Host }, way: ReturnType<Host['sendMessage']>): void {
    const { sendMessage } = host;
    host.sendMessage = (...message) => {
      sendMessage(...message);
      return way;
    };
  }

  it('a handler that fails in the turn that crowds it can still be resumed', () => {
    const s = new DoSystem(cast, { workers: 2, root: 'Top' });
    const ref = s.spawn('/root', 'r', { behavior: 'Block', placement: 1 });
    s.spawn('/root', 'c');
    s.tell('/root/c', work(5));
    sayAbout(s.kernel(0), 'crowded');
    s.do('/root/c', (ctx) => {
      ctx.tell(ref, work(1));
      boom(ctx);
    });
    s.kernel(0).wayFree(1);
    s.settle();
    expect(s.incarnation('/root/c')).toBe(1);
    expect(s.state('/root/c')).toEqual({ done: [5] });
    expect(s.status('/root/c')).toBe('running');
  });

  it('a sender that was told by one receiver there is still suspended by another', () => {
    const s = new DoSystem(cast, { workers: 2 });
    const block = s.spawn('/root', 'b', { behavior: 'Block', placement: 1 });
    const press = s.spawn('/root', 'p', { behavior: 'Press', placement: 1 });
    s.spawn('/root', 'c');
    sayAbout(s.kernel(0), 'crowded');
    s.do('/root/c', (ctx) => {
      ctx.tell(press, work(1));
      ctx.tell(block, work(1));
    });
    expect(s.status('/root/c')).toBe('blocked');
  });

  it.each([
    ['told first', ['p', 'b']],
    ['suspended first', ['b', 'p']],
  ] as const)(
    'a sender that was both told and suspended there (%s) hears that there is room, and goes on',
    (_, order) => {
      const heard: boolean[] = [];
      const Sender: DoOptions = { signals: { backpressure: (_state, { active }) => void heard.push(active) } };
      const s = new DoSystem({ ...cast, Sender }, { workers: 2 });
      const refs = {
        b: s.spawn('/root', 'b', { behavior: 'Block', placement: 1 }),
        p: s.spawn('/root', 'p', { behavior: 'Press', placement: 1 }),
      };
      s.spawn('/root', 'c', { behavior: 'Sender' });
      sayAbout(s.kernel(0), 'crowded');
      s.do('/root/c', (ctx) => {
        for (const name of order) ctx.tell(refs[name], work(1));
      });
      expect(s.status('/root/c')).toBe('blocked');
      s.kernel(0).wayFree(1);
      s.settle();
      expect(heard).toEqual([true, false]);
      expect(s.status('/root/c')).toBe('running');
    },
  );

  it('does not remember senders that are gone', () => {
    const s = new DoSystem(cast, { workers: 2 });
    const ref = s.spawn('/root', 'r', { behavior: 'Block', placement: 1 });
    sayAbout(s.kernel(0), 'crowded');
    for (let n = 0; n < 50; n++) {
      s.spawn('/root', 'c');
      s.do('/root/c', (ctx) => ctx.tell(ref, work(1)));
      s.stopChild('/root', 'c');
    }
    expect(s.kernel(0).crowded.get(1)?.size).toBe(0);
  });

  it('one that is full to the brim tells the asker that its request was rejected', () => {
    const s = new DoSystem({}, { workers: 2 });
    const ref = s.spawn('/root', 'r', { placement: 1 });
    s.kernel(0).host.sendMessage = () => 'refused';
    s.do('/root', (ctx) => ctx.ask(ref, { kind: 'Ask', n: 3 }, { reply: 'Got', timeoutMs: 100 }));
    expect(s.log).toEqual(['/root got request-rejected']);
  });
});
