/** A field that a snapshot forgets is a run that goes on differently. Here every class says which fields it has. */
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Deque } from '../base/deque.ts';
import { Heap } from '../base/heap.ts';
import { Cell, Deadline } from './cell.ts';
import { Child, type Regroup, Trouble } from './child.ts';
import { EarlyArrivals } from './early-arrivals.ts';
import { Handlers } from './handlers.ts';
import { IdPool } from './id-pool.ts';
import type { Kernel } from './kernel.ts';
import { RankedMailbox } from './mailbox.ts';
import { RareParts } from './rare-parts.ts';
import type { AnyMessage, Ref } from './ref.ts';
import type { BehaviorEntry } from './registry.ts';
import type { LocalSignal, Timer } from './signal.ts';
import { saveKernel } from './snapshot.ts';
import { SnapshotCopier } from './snapshot-copier.ts';
import { Puppet, Recorder, Top } from './testdata/puppet.ts';
import { TestSystem } from './testdata/test-system.ts';

const system = new TestSystem([Top, Recorder, Puppet]);
const kernel = system.kernels[0] as Kernel;
const entry = system.registry.find('Puppet') as BehaviorEntry;
const ref = (id: number): Ref => ({ node: 0, id, generation: 1, ask: 0, protocol: 0 });
const message = (n: number): AnyMessage => ({ kind: 'Work', n }) as AnyMessage;

function emptyCell(): Cell {
  const request = {
    ref: ref(1),
    behavior: entry.index,
    path: '/a',
    args: undefined,
    parent: null,
    restart: 'transient',
    lazy: false,
  } as const;
  return new Cell(entry, request, new Deque<AnyMessage>());
}

function dequeOf<T>(...items: readonly T[]): Deque<T> {
  const deque = new Deque<T>();
  for (const item of items) deque.push(item);
  return deque;
}

/** Another value than a new one has, for each field. */
type Samples<T> = { readonly [K in keyof T]-?: T[K] };

function childSamples(cell: Cell): Samples<Omit<Child, 'name' | 'trouble'>> {
  const regroup: Regroup = {
    members: [],
    counted: 1,
    intensity: 2,
    backoffMs: 3,
    stash: 4,
    stage: 'waiting',
    deadline: undefined,
  };
  const child = new Child(ref(2), 'b', entry, {}, OPTIONS, 5);
  regroup.members.push(child);
  regroup.deadline = new Deadline(9, cell, { due: 'backoff', regroup });
  return {
    ref: ref(2),
    givenName: '',
    number: 3,
    entry,
    args: { some: ['arguments'] },
    options: OPTIONS,
    phase: 'halting',
    incarnation: 3,
    canResume: true,
    isForgiven: true,
    budgetWindow: { startMs: 1, count: 2 },
    failures: 4,
    startedMs: 5,
    overrun: new Deadline(7, cell, { due: 'overrun', child }),
    regroup,
  };
}

const OPTIONS = {
  placement: 'parent',
  restart: 'permanent',
  isKept: true,
  shutdownMs: 5,
  onFailure: {},
  lazy: false,
} as const;

function cellSamples(cell: Cell): Samples<Omit<Cell, 'path' | 'signals' | 'rare'>> {
  const child = Object.assign(new Child(ref(2), 'b', entry, {}, OPTIONS, 5), childSamples(cell));
  const timer: Timer = { key: 'k', message: message(1), periodMs: 2, queued: true, cancelled: false };
  const tick: LocalSignal = { type: 'tick', timer };
  const deadline = (): Deadline => new Deadline(1, cell, timer);
  return {
    ref: ref(3),
    entry,
    stem: '/other-',
    number: 7,
    args: { n: 1 },
    parent: ref(4),
    isPermanent: true,
    handlers: new Handlers({}),
    mailbox: dequeOf(message(2)),
    room: 77,
    pending: dequeOf<LocalSignal>(tick),
    deferred: [tick],
    state: { deep: { n: 1 } },
    incarnation: 2,
    receptive: true,
    scheduled: true,
    attentive: true,
    dormant: true,
    isHalted: true,
    pendingRestart: { type: 'restart', incarnation: 1, counted: 1, intensity: 1 },
    isLeaving: true,
    draining: 'failed',
    failure: { kind: 'a', error: 'b', during: 'c' },
    children: new Map([[2, child]]),
    stoppedChildren: new Map([['b', child]]),
    childNames: new Set(['b']),
    nameCount: 3,
    watchers: [ref(5)],
    watching: [ref(6)],
    timers: new Map([['k', deadline()]]),
    asks: new Map([
      [
        1,
        {
          reply: 'r',
          context: {},
          kind: 'Ask',
          target: ref(7),
          sinceMs: 1,
          isLoad: true,
          deadline: new Deadline(2, cell, 1),
        },
      ],
    ]),
    nextAsk: 9,
    stashed: [message(3)],
    unstashed: { messages: new Set([message(5)]), again: 1 },
    stashedNow: [message(4)],
    obstacles: { mailboxes: [ref(8)], ways: new Set([1]), pressing: [ref(9)] },
    isPaused: true,
    overflow: { senders: new Map([[1, ref(1)]]), latest: ref(1), count: 2, recordedMs: 3 },
    idleness: {
      receiveTimeoutMs: 1,
      isTold: true,
      lastMessageMs: 2,
      receiveTimeout: new Deadline(3, cell, 'receive-timeout'),
      passivation: new Deadline(4, cell, 'passivate'),
    },
    restartTimesMs: [1],
    regroups: new Set([child.regroup as Regroup]),
    afterChildren: { then: 'halt' },
    stopOrder: [child],
    stopping: child,
    slowMs: 6,
    slowFactor: 7,
    pause: new Deadline(5, cell, 'pause'),
    slowCredit: 8,
    processed: 10,
    watched: message(5),
  };
}

/** Names of the fields that have no sample, whose sample shows nothing, or that the copy does not have. */
function forgotten<T extends object>(
  fresh: T,
  samples: Partial<Samples<T>>,
  copyOf: (original: T) => T,
  names = Object.keys(fresh),
): readonly string[] {
  const filled = Object.assign(Object.create(Object.getPrototypeOf(fresh)), fresh, samples) as T;
  const copy = copyOf(filled);
  return (names as (keyof T & string)[]).filter(
    (name) =>
      !(name in samples) ||
      (isDeepStrictEqual(fresh[name], samples[name]) && name !== 'entry' && name !== 'cell') ||
      !isDeepStrictEqual(copy[name], filled[name]),
  );
}

describe('no field is forgotten', () => {
  it('of cells', () => {
    const copier = new SnapshotCopier();
    const own = Object.keys(emptyCell()).filter((name) => name !== 'rare');
    const names = [...own, ...Object.keys(new RareParts())];
    expect(forgotten(emptyCell(), cellSamples(emptyCell()), copier.cell, names)).toEqual([]);
  });

  it('of deadlines', () => {
    const cell = emptyCell();
    const samples = { dueMs: 1, order: 2, place: 3, cell, what: 'passivate' } as const;
    expect(forgotten(new Deadline(0, cell, 'pause'), samples, new SnapshotCopier().deadline)).toEqual([]);
  });

  it('of children', () => {
    const fresh = new Child(ref(1), 'a', entry, {}, { ...OPTIONS, shutdownMs: 1 }, 0);
    const own = Object.keys(fresh).filter((name) => name !== 'trouble');
    const names = [...own, ...Object.keys(new Trouble())];
    expect(forgotten(fresh, childSamples(emptyCell()), new SnapshotCopier().child, names)).toEqual([]);
  });

  it('of kernels: each is in the snapshot, or belongs to all of them', () => {
    // Nothing moves where snapshots are taken.
    const shared = ['host', 'registry', 'context', 'measuring', 'whereabouts', 'stems'];
    const mutable = Object.keys(kernel).filter((name) => !shared.includes(name));
    expect(Object.keys(saveKernel(kernel)).sort()).toEqual(['kernel', ...mutable].sort());
  });

  // What these copy themselves, in methods beside their fields.
  it.each<readonly [name: string, fresh: object, fields: readonly string[]]>([
    ['Deque', new Deque(), ['length', 'first', 'items', 'mask', 'head', 'chunks', 'inChunks']],
    ['Heap', new Heap(), ['entries', 'nextOrder']],
    ['IdPool', new IdPool(kernel.host), ['host', 'free', 'next', 'end']],
    ['LeastLoaded', kernel.leastLoaded, ['host', 'told', 'placed']],
    ['EarlyArrivals', new EarlyArrivals(kernel.host), ['host', 'byId', 'count']],
    ['DeadLetters', kernel.deadLetters, ['count', 'kernel', 'merged']],
    [
      'RankedMailbox',
      new RankedMailbox(
        entry.definition.mailbox,
        () => 0,
        () => undefined,
        () => undefined,
      ),
      ['length', 'options', 'now', 'expired', 'failed', 'front', 'leaving', 'levels'],
    ],
  ])('of %s', (_, fresh, fields) => {
    expect(Object.keys(fresh).sort()).toEqual([...fields].sort());
  });
});
