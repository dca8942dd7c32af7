/**
 * Going back to a snapshot, in the situations in which much is under way. That it works whatever is under way, and that
 * nothing changes a snapshot, is played at random in interleaving.test.ts.
 */
import { describe, expect, it } from 'vitest';
import { COLUMN, viewOf } from './actor-table.ts';
import { namesOf } from './cell.ts';
import { actor } from './definition.ts';
import { IDS_PER_BLOCK } from './host.ts';
import type { Kernel } from './kernel.ts';
import type { AnyMessage } from './ref.ts';
import { t } from './schema.ts';
import { restoreKernel, saveKernel } from './snapshot.ts';
import { SnapshotCopier } from './snapshot-copier.ts';
import { DoSystem } from './testdata/do-actor.ts';
import { graphOf, Landmarks, partsOf } from './testdata/object-graph.ts';
import type { Plan, PuppetState } from './testdata/puppet.ts';
import { PUPPETS } from './testdata/puppets.ts';
import { type TestEvent, TestSystem } from './testdata/test-system.ts';
import { cancelTimer } from './timers.ts';

function puppets(plans: readonly Plan[], workers = 1): TestSystem {
  const system = new TestSystem(PUPPETS, { workers });
  system.start('Top', { plans });
  return system;
}

const work = (n: number): AnyMessage => ({ kind: 'Work', n }) as AnyMessage;
const tell = (kind: string, fields: object = {}): AnyMessage => ({ kind, ...fields });
const done = (system: TestSystem, path: string): readonly number[] => system.state<PuppetState>(path).done;
const heard = (system: TestSystem, path: string): readonly string[] => system.state<PuppetState>(path).heard;

function status(system: TestSystem, path: string): string {
  return viewOf(system.table, namesOf(system.find(path).cell)).status;
}

/** Everything after that happens three times: as it goes, and twice from a snapshot. `check` looks after each. */
function happensAgain(system: TestSystem, rest: () => void, check: () => void): void {
  const snapshot = system.save();
  let first: readonly TestEvent[] | undefined;
  for (let time = 0; time < 3; time++) {
    if (time > 0) system.restore(snapshot);
    rest();
    check();
    first ??= [...system.events];
    expect(system.events).toEqual(first);
  }
}

describe('a kernel goes on from a snapshot', () => {
  it('during a backoff, with messages put aside', () => {
    const system = puppets([{ name: 'p', behavior: 'Patient', children: [{ name: 'a' }] }]);
    system.tell('/root/p/a', tell('Throw', { errorKind: 'Boom' }));
    system.tell('/root/p/a', work(1));
    expect(status(system, '/root/p/a')).toBe('backing-off');
    happensAgain(
      system,
      () => {
        system.tell('/root/p/a', work(2));
        system.advance(500);
      },
      () => expect(done(system, '/root/p/a')).toEqual([1, 2]),
    );
    expect(system.find('/root/p/a').cell.incarnation).toBe(2);
  });

  it('while children of a group are being halted one by one', () => {
    const children = ['a', 'b', 'c'].map((name) => ({ name, at: 1 }));
    const system = puppets([{ name: 'p', behavior: 'AllPatient', children }], 2);
    system.post('/root/p/b', tell('Throw', { errorKind: 'Boom' }));
    for (const _ of children) {
      for (const kernel of system.kernels) kernel.run(2, 1);
      system.deliverOne();
    }
    expect([...(system.find('/root/p').cell.regroups ?? [])].map(({ stage }) => stage)).toEqual(['halting']);
    const restarted = (): readonly string[] =>
      system.events.flatMap(({ body }) => (body.type === 'restarted' ? [body.path] : []));
    happensAgain(
      system,
      () => system.advance(500),
      () => expect(restarted()).toEqual(['/root/p/a', '/root/p/b', '/root/p/c']),
    );
  });

  it('while children are being stopped one by one', () => {
    const children = ['a', 'b', 'c'].map((name) => ({ name, at: 1 }));
    const system = puppets([{ name: 'p', children }], 2);
    system.post('/root/p', tell('Quit'));
    const { cell } = system.find('/root/p');
    while (cell.stopOrder?.length !== 1) {
      for (const kernel of system.kernels) kernel.run(1, 1);
      system.deliverOne();
    }
    expect(cell.stopping?.name).toBe('b');
    const stopped = (): readonly string[] =>
      system.events.flatMap(({ body }) => (body.type === 'stopped' ? [body.path] : []));
    happensAgain(
      system,
      () => system.settle(),
      () => expect(stopped()).toEqual(['/root/p/c', '/root/p/b', '/root/p/a', '/root/p']),
    );
  });

  it('when an actor is passivated, and when mail has just woken it', () => {
    const system = puppets([{ name: 'a', behavior: 'Sleepy' }]);
    system.advance(200);
    expect(status(system, '/root/a')).toBe('dormant');
    const passivated = system.save();
    system.post('/root/a', work(1));
    happensAgain(
      system,
      () => system.settle(),
      () => expect(done(system, '/root/a')).toEqual([1]),
    );
    system.restore(passivated);
    expect(system.find('/root/a').cell.mailbox.length).toBe(0);
    happensAgain(
      system,
      () => {
        system.tell('/root/a', work(2));
        system.advance(200);
      },
      () => expect(status(system, '/root/a')).toBe('dormant'),
    );
  });

  it('when a stash is full', () => {
    const system = puppets([{ name: 'a', behavior: 'SmallStash' }]);
    for (const n of [1, 2, 3]) system.tell('/root/a', tell('Stash', { n }));
    expect(system.find('/root/a').cell.stashed?.length).toBe(3);
    happensAgain(
      system,
      () => {
        system.tell('/root/a', tell('Stash', { n: 4 }));
        system.tell('/root/a', tell('Unstash'));
      },
      () => expect(heard(system, '/root/a')).toEqual(['stash-full']),
    );
  });

  it('when an ask waits for its answer, and its time-out is near', () => {
    const system = puppets([{ name: 'p', children: [{ name: 'a' }] }]);
    system.tell('/root/p', tell('Ask', { name: 'a', n: 0, timeoutMs: 50 }));
    system.advance(40);
    expect(system.find('/root/p').cell.asks?.size).toBe(1);
    happensAgain(
      system,
      () => system.advance(20),
      () => expect(heard(system, '/root/p')).toEqual(['0 → ask-timeout']),
    );
  });

  it('with a tick in the queue whose timer is cancelled afterwards', () => {
    const system = puppets([{ name: 'a' }]);
    system.tell('/root/a', tell('Every', { key: 'k', ms: 10 }));
    system.nowMs = 10;
    system.kernels[0]?.advance(10);
    expect(system.find('/root/a').cell.signals.length).toBe(1);
    const snapshot = system.save();
    happensAgain(
      system,
      () => {
        const { kernel, cell } = system.find('/root/a');
        cancelTimer(kernel, cell, 'k');
        system.advance(100);
      },
      () => expect(heard(system, '/root/a')).toEqual([]),
    );
    system.restore(snapshot);
    // The tick that waits, and what is due meanwhile is merged into it.
    happensAgain(
      system,
      () => {
        system.nowMs = 25;
        system.kernels[0]?.advance(25);
        system.advance(10);
      },
      () => expect(heard(system, '/root/a')).toEqual(['k@25', 'k@30']),
    );
  });

  it('with senders that are blocked, told to slow down, or slow', () => {
    const full: readonly Plan[] = [
      { name: 'x', behavior: 'Blocking', at: 1 },
      { name: 'y', behavior: 'Pressing' },
      { name: 'z', behavior: 'Ranked' },
    ];
    const system = puppets([{ name: 'p', children: full }], 2);
    const slow = new Map(full.map(({ name }) => [name, system.find(`/root/p/${name}`).cell]));
    for (const cell of slow.values()) cell.slowMs = 3;
    for (const name of slow.keys()) system.tell('/root/p', tell('Feed', { name, count: 14 }));
    expect(slow.get('x')?.overflow?.senders?.size).toBe(1);
    expect(status(system, '/root/p')).toBe('blocked');
    happensAgain(
      system,
      () => system.advance(200),
      () => {
        expect(done(system, '/root/p/x').length).toBe(14);
        expect(heard(system, '/root/p')).toEqual(['slow down', 'go on']);
      },
    );
  });

  it('with rows of the table given out afterwards, which are free again', () => {
    const system = new DoSystem({}, { rows: 2 * IDS_PER_BLOCK });
    const snapshot = system.save();
    const before = [...system.table.words];
    for (let n = 0; n < IDS_PER_BLOCK + 10; n++) system.spawn('/root', `c${n}`);
    expect(system.table.get(IDS_PER_BLOCK + 1, COLUMN.generation)).toBe(1);
    system.restore(snapshot);
    expect([...system.table.words]).toEqual(before);
    expect(system.spawn('/root', 'again').id).toBe(1);
    expect(system.paths()).toEqual(['/root', '/root/again']);
  });
});

interface Order {
  readonly id: number;
  paid: boolean;
}

const OrderProtocol = { Paid: { id: t.int32 } } as const;

const Bank = actor('Bank', {
  protocol: { Pay: { id: t.int32, replyTo: t.ref(OrderProtocol) } },
  state: ({ orders }: { readonly orders: readonly Order[] }) => ({ known: orders.length }),
  on: { Pay: (_, { id, replyTo }, ctx) => ctx.tell(replyTo, { kind: 'Paid', id }) },
});

/** Keeps orders; those that it asks about are the very same ones, and so are the arguments of its child. */
const Shop = actor('Shop', {
  protocol: { Place: { id: t.int32 }, Settle: {} },
  state: () => ({ orders: [] as Order[], settled: 0 }),
  on: {
    Place(state, { id }, ctx) {
      const order: Order = { id, paid: false };
      state.orders.push(order);
      const bank = ctx.spawn(Bank, { name: 'bank', args: { orders: state.orders } });
      ctx.ask(bank, { kind: 'Pay', id }, { reply: 'Answered', timeoutMs: 100, context: order });
    },
    Settle(state) {
      state.settled = state.orders.filter(({ paid }) => paid).length;
    },
  },
  replies: {
    Answered(_, { context }: { readonly context: Order }) {
      context.paid = true;
    },
  },
});

describe('what is one object in a kernel is one object in its copies', () => {
  it('a part of a state that an ask and the arguments of a child know as well', () => {
    const system = new TestSystem([Shop, Bank]);
    system.start('Shop');
    system.post('/root', { kind: 'Place', id: 1 } as AnyMessage);
    system.kernels[0]?.run(1, 1);
    const state = system.state<{ orders: Order[]; settled: number }>('/root');
    const snapshot = system.save();
    // Nothing of that may be seen in the snapshot.
    (state.orders[0] as Order).paid = true;
    state.orders.push({ id: 2, paid: true });
    for (let time = 0; time < 2; time++) {
      system.restore(snapshot);
      const { cell } = system.find('/root');
      const { orders } = cell.state as typeof state;
      expect(orders).toEqual([{ id: 1, paid: false }]);
      expect([...(cell.asks?.values() ?? [])][0]?.context).toBe(orders[0]);
      expect((system.find('/root/bank').cell.args as { orders: unknown }).orders).toBe(orders);
      system.settle();
      system.tell('/root', { kind: 'Settle' });
      expect(cell.state).toEqual({ orders: [{ id: 1, paid: true }], settled: 1 });
    }
  });

  it('a timer of its deadline, of its actor and of its queued tick; a deadline of its actor and of the heap', () => {
    const system = puppets([{ name: 'a' }]);
    system.tell('/root/a', tell('Every', { key: 'k', ms: 10 }));
    system.nowMs = 10;
    system.kernels[0]?.advance(10);
    const before = system.find('/root/a');
    system.restore(system.save());
    const { kernel, cell } = system.find('/root/a');
    const deadline = cell.timers?.get('k');
    expect(cell).not.toBe(before.cell);
    expect(deadline).not.toBe(before.cell.timers?.get('k'));
    expect(kernel.deadlines.peek()).toBe(deadline);
    expect(deadline?.cell).toBe(cell);
    expect(cell.signals.at(0)).toEqual({ type: 'tick', timer: deadline?.what });
    expect((cell.signals.at(0) as { readonly timer?: unknown }).timer).toBe(deadline?.what);
  });
});

describe('a copier', () => {
  it('tells of every signal, deadline and message that is another object in the copy', () => {
    const system = puppets([{ name: 'a', behavior: 'Ranked' }]);
    system.tell('/root/a', tell('Every', { key: 'k', ms: 10 }));
    system.nowMs = 10;
    system.kernels[0]?.advance(10);
    const kernel = system.kernels[0] as Kernel;
    const mine = work(1);
    const frozen = Object.freeze(work(2));
    kernel.receiveMessage(system.find('/root/a').cell.ref, mine);
    kernel.receiveMessage(system.find('/root/a').cell.ref, frozen);
    const { cell } = system.find('/root/a');
    const told = new Map<object, object>();
    const copier = new SnapshotCopier({ onCopied: (original, copy) => void told.set(original, copy) });
    const snapshot = saveKernel(kernel, copier);
    const copied = snapshot.cells[cell.ref.id];
    const deadline = cell.timers?.get('k') as object;
    expect(told.get(deadline)).toBe(snapshot.deadlines.peek());
    expect(told.get(cell.signals.at(0))).toBe(copied?.signals.at(0));
    expect(told.get(mine)).toBe(copied?.mailbox.shift());
    expect(copied?.mailbox.shift()).toBe(frozen);
    // The last one is the message of the timer.
    expect(told.size).toBe(4);
  });

  it('tells of a frozen message before the copy is frozen, wherever it comes across it first', () => {
    const system = puppets([{ name: 'a' }]);
    const { kernel, cell } = system.find('/root/a');
    // Frozen, with a part that can change: so it is copied, and the copy is frozen as well.
    const frozen = (n: number): AnyMessage => Object.freeze({ ...work(n), map: new Map([[n, n]]) });
    const [queued, kept] = [frozen(1), frozen(2)];
    (cell.state as PuppetState & { kept?: object }).kept = kept;
    kernel.receiveMessage(cell.ref, queued);
    kernel.receiveMessage(cell.ref, kept);
    const told = new Map<object, object>();
    const copier = new SnapshotCopier({
      onCopied: (original, copy) => {
        expect(Object.isExtensible(copy)).toBe(true);
        told.set(original, copy);
      },
    });
    const copied = saveKernel(kernel, copier).cells[cell.ref.id];
    for (const message of [queued, kept]) {
      const copy = copied?.mailbox.shift();
      expect(copy).not.toBe(message);
      expect(copy).toEqual(message);
      expect(Object.isFrozen(copy)).toBe(true);
      expect(told.get(message)).toBe(copy);
    }
  });

  it('counts what it copied, and not what it shared', () => {
    const system = puppets([{ name: 'a' }]);
    const objects = (): number => {
      const copier = new SnapshotCopier();
      system.save(copier);
      return copier.objects;
    };
    const before = objects();
    const { kernel, cell } = system.find('/root/a');
    for (let n = 0; n < 10; n++) kernel.receiveMessage(cell.ref, Object.freeze(work(n)));
    expect(objects()).toBe(before);
    for (let n = 0; n < 10; n++) kernel.receiveMessage(cell.ref, work(n));
    expect(objects()).toBe(before + 10);
  });

  it('names the actor and the field of what cannot be copied', () => {
    const system = new DoSystem({
      Odd: { state: () => ({ done: [], pending: [{}, {}, { callback: undefined as unknown }] }) },
    });
    system.spawn('/root', 'odd', { behavior: 'Odd' });
    const callback = (): void => undefined;
    const state = system.state<{ pending: { callback?: unknown }[] }>('/root/odd');
    Object.assign(state.pending[2] as object, { callback });
    system.postDo('/root', () => undefined);
    const copier = new SnapshotCopier();
    system.restore(system.save(copier));
    expect(copier.uncloneable).toEqual([
      { path: '/root', part: 'message', field: 'script' },
      { path: '/root/odd', part: 'state', field: 'pending[2].callback' },
    ]);
    expect(system.state<typeof state>('/root/odd').pending[2]?.callback).toBe(callback);
  });
});

describe('a snapshot', () => {
  it('is taken between turns, and belongs to its kernel', () => {
    const system = new DoSystem({}, { workers: 2 });
    let during: unknown;
    system.do('/root', () => {
      try {
        system.save();
      } catch (thrown) {
        during = thrown;
      }
    });
    expect(String(during)).toContain('between turns');
    const [kernel, other] = system.kernels as [Kernel, Kernel];
    expect(() => restoreKernel(other, saveKernel(kernel))).toThrow('belongs to its kernel');
  });

  it('brings back a kernel exactly, so that a snapshot of that is the same', () => {
    const system = puppets([{ name: 'p', behavior: 'Patient', children: [{ name: 'a' }, { name: 'b' }] }]);
    system.tell('/root/p/a', tell('Throw', { errorKind: 'Boom' }));
    system.tell('/root/p/b', tell('Every', { key: 'k', ms: 10 }));
    const landmarks = new Landmarks(system.kernels);
    const kernel = system.kernels[0] as Kernel;
    const before = graphOf(partsOf(kernel), landmarks).lines;
    const snapshot = saveKernel(kernel);
    system.advance(5_000);
    expect(graphOf(partsOf(kernel), landmarks).lines).not.toEqual(before);
    restoreKernel(kernel, snapshot);
    expect(graphOf(partsOf(kernel), landmarks).lines).toEqual(before);
    expect(graphOf(saveKernel(kernel), landmarks).lines).toEqual(graphOf(snapshot, landmarks).lines);
  });
});
