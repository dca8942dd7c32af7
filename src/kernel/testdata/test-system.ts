/**
 * A system for tests: as many kernels as wanted, a clock that moves only when told to, and a network that delivers in
 * order. Whatever crosses from one kernel to another is copied, as it would be between threads.
 */
import { Deque } from '../../base/deque.ts';
import { nextRandom, type RandomState, seedRandom } from '../../base/random.ts';
import { ActorTable } from '../actor-table.ts';
import type { AnyBehavior } from '../behavior.ts';
import type { Cell } from '../cell.ts';
import type { EarlyArrival } from '../early-arrivals.ts';
import { type Host, IDS_PER_BLOCK } from '../host.ts';
import { Kernel } from '../kernel.ts';
import { loadOfWorker } from '../least-loaded.ts';
import type { MoveLetter } from '../move-letter.ts';
import { handOver } from '../moving.ts';
import type { AnyMessage, Ref } from '../ref.ts';
import { Registry } from '../registry.ts';
import type { Signal, SpawnRequest } from '../signal.ts';
import { type KernelSnapshot, restoreKernel, restoreTable, saveKernel, saveTable } from '../snapshot.ts';
import { SnapshotCopier } from '../snapshot-copier.ts';
import { spawnRoot } from '../spawn.ts';
import type { TraceEventBody } from '../trace.ts';
import { loseWorker } from '../worker-lost.ts';

export interface TestEvent {
  readonly atMs: number;
  readonly worker: number;
  readonly body: TraceEventBody;
}

/** What crosses from one kernel to another: plain data, so that it can be saved. */
type Load =
  | { readonly type: 'message'; readonly ref: Ref; readonly message: AnyMessage; readonly sender: number }
  | { readonly type: 'signal'; readonly ref: Ref; readonly signal: Signal }
  | { readonly type: 'spawn'; readonly request: SpawnRequest }
  | { readonly type: 'move'; readonly letter: MoveLetter }
  | { readonly type: 'forwarded'; readonly ref: Ref; readonly item: EarlyArrival };

interface Mail {
  readonly from: number;
  readonly to: number;
  readonly load: Load;
}

export interface SystemSnapshot {
  readonly kernels: readonly KernelSnapshot[];
  readonly rows: Int32Array;
  /** Everything else, as plain data. */
  readonly rest: {
    readonly nowMs: number;
    readonly events: readonly TestEvent[];
    readonly latenciesMs: readonly number[];
    readonly failedRequests: number;
    readonly flows: ReadonlyMap<string, number>;
    readonly rootCause: string | undefined;
    readonly mail: readonly Mail[];
    readonly parameters: ReadonlyMap<string, number>;
    readonly blocks: number;
    readonly random: RandomState;
  };
}

/** Steps of a system in which actors move, each time before it settles. */
const STIRS = 60;

/** More rounds than any test needs until nothing moves. */
const ROUNDS_MAX = 100_000;

export interface TestOptions {
  readonly workers?: number;
  readonly parameters?: Readonly<Record<string, number>>;
  readonly rows?: number;
  /** Actors are handed over from worker to worker while it settles, as this seed says. */
  readonly moves?: number;
  /** What the world outside gives to the actors of a worker, beside the clock. */
  readonly outside?: (worker: number) => Pick<Host, 'pipe' | 'storage'>;
}

export class TestSystem {
  nowMs = 0;
  readonly events: TestEvent[] = [];
  /** Of the load requests that were answered. */
  readonly latenciesMs: number[] = [];
  failedRequests = 0;
  /** Service time that turns have asked for; the clock does not move by it. */
  busyMs = 0;
  readonly flows = new Map<string, number>();
  readonly kernels: readonly Kernel[];
  readonly registry: Registry;
  readonly table: ActorTable;
  rootCause: string | undefined;
  private readonly mail = new Deque<Mail>();
  private readonly parameters: Map<string, number>;
  private blocks = 0;
  private readonly random = seedRandom(7);
  private readonly moves: RandomState | undefined;

  constructor(behaviors: readonly AnyBehavior[], options: TestOptions = {}) {
    const workers = options.workers ?? 1;
    this.moves = options.moves === undefined ? undefined : seedRandom(options.moves);
    this.parameters = new Map(Object.entries(options.parameters ?? {}));
    this.registry = new Registry(behaviors);
    this.table = new ActorTable(new ArrayBuffer(ActorTable.bytesFor(options.rows ?? workers * IDS_PER_BLOCK)));
    this.kernels = Array.from(
      { length: workers },
      (_, worker) => new Kernel({ ...this.host(worker, workers), ...options.outside?.(worker) }, this.registry),
    );
  }

  private host(worker: number, workers: number): Host {
    const send = (to: number, load: Load): void => this.mail.push({ from: worker, to, load });
    return {
      worker,
      workers,
      table: this.table,
      current: new Int32Array(2),
      now: () => this.nowMs,
      busy: (ms) => {
        this.busyMs += ms;
      },
      random: () => nextRandom(this.random),
      parameter: (name) => this.parameters.get(name),
      loadOf: (of) => {
        const kernel = this.kernels[of];
        return kernel === undefined ? 0 : loadOfWorker(kernel.readyCount, kernel.living);
      },
      claimRows: () => {
        const first = this.blocks * IDS_PER_BLOCK;
        if (first + IDS_PER_BLOCK > this.table.capacity) return -1;
        this.blocks++;
        return first;
      },
      sendMessage: (to, sender, ref, message) => {
        send(to, { type: 'message', ref, message: structuredClone(message), sender });
        return 'sent';
      },
      sendSignal: (to, ref, signal) => send(to, { type: 'signal', ref, signal: structuredClone(signal) }),
      sendSpawn: (to, request) => send(to, { type: 'spawn', request: structuredClone(request) }),
      sendMove: (to, letter) => {
        for (const one of lettersOf(letter)) send(to, { type: 'move', letter: structuredClone(one) });
        return true;
      },
      forward: (to, mail) => {
        const item =
          'signal' in mail
            ? { signal: structuredClone(mail.signal) }
            : { message: structuredClone(mail.message), ask: mail.to.ask, sender: mail.sender };
        send(to, { type: 'forwarded', ref: mail.to, item });
      },
      hasUnread: (to) => this.isOnItsWay(worker, to),
      emit: (body) => this.events.push({ atMs: this.nowMs, worker, body }),
      recordFlow: (from, to, weight) => {
        const key = `${from.id}>${to.id}`;
        this.flows.set(key, (this.flows.get(key) ?? 0) + weight);
      },
      recordRequest: (latencyMs, answered) => {
        if (answered) this.latenciesMs.push(latencyMs);
        else this.failedRequests++;
      },
      directoryChanged: () => undefined,
      rootStopped: (cause) => {
        this.rootCause ??= cause;
      },
    };
  }

  start(behavior: string, args?: unknown): Ref {
    const ref = spawnRoot(this.kernels[0] as Kernel, behavior, 'root', args);
    this.settle();
    return ref;
  }

  /** Runs everything that is ready, worker by worker, until nothing moves. */
  settle(): void {
    if (this.moves !== undefined) this.stir(this.moves);
    for (let round = 0; round < ROUNDS_MAX; round++) {
      let moved = 0;
      for (const kernel of this.kernels) moved += kernel.run(1_000_000, 64);
      while (this.deliverOne()) moved++;
      if (moved === 0) return;
    }
    throw new Error('This system never comes to rest.');
  }

  /** Turns, mail and moves in random order. */
  private stir(random: RandomState): void {
    const { kernels } = this;
    const pick = (below: number): number => Math.floor(nextRandom(random) * below);
    for (let step = 0; step < STIRS; step++) {
      const kernel = kernels[pick(kernels.length)] as Kernel;
      const to = pick(kernels.length);
      switch (pick(3)) {
        case 0:
          kernel.run(1 + pick(3), 1 + pick(2));
          break;
        case 1:
          this.deliverOneBetween(kernel.host.worker, to);
          break;
        default: {
          const cells = kernel.cells.filter((cell) => cell !== undefined);
          const cell = cells[pick(cells.length)];
          if (cell !== undefined && to !== kernel.host.worker) handOver(kernel, cell, to);
        }
      }
    }
  }

  /** Delivers what was sent first of all that is on its way, without running anybody; false when nothing is. */
  deliverOne(): boolean {
    return this.hand(this.mail.shift());
  }

  /** Delivers what was sent first of all that is on its way between those two workers; false when nothing is. */
  deliverOneBetween(from: number, to: number): boolean {
    let first: Mail | undefined;
    // Once round the queue, so that all others keep their order.
    for (let left = this.mail.length; left > 0; left--) {
      const mail = this.mail.shift();
      if (mail === undefined) break;
      if (first === undefined && mail.from === from && mail.to === to) first = mail;
      else this.mail.push(mail);
    }
    return this.hand(first);
  }

  private hand(mail: Mail | undefined): boolean {
    if (mail === undefined) return false;
    const { load } = mail;
    const kernel = this.kernels[mail.to] as Kernel;
    if (load.type === 'message') kernel.receiveMessage(load.ref, load.message, load.sender);
    else if (load.type === 'signal') kernel.receiveSignal(load.ref, load.signal);
    else if (load.type === 'move') kernel.whereabouts.receive(mail.from, load.letter);
    else if (load.type === 'forwarded') kernel.whereabouts.receiveForwarded(load.ref, load.item);
    else kernel.receiveSpawn(load.request);
    return true;
  }

  private isSomethingForwarded(): boolean {
    for (let index = 0; index < this.mail.length; index++) {
      if (this.mail.at(index).load.type === 'forwarded') return true;
    }
    return false;
  }

  private isOnItsWay(from: number, to: number): boolean {
    for (let index = 0; index < this.mail.length; index++) {
      const mail = this.mail.at(index);
      if (mail.from === from && mail.to === to) return true;
    }
    return false;
  }

  /** A worker dies, and an empty one takes its place. What was on its way from or to it arrives first. */
  killWorker(worker: number): void {
    this.arrive(worker);
    const lost = this.kernels[worker] as Kernel;
    loseWorker(
      lost,
      this.kernels.filter((kernel) => kernel !== lost),
    );
  }

  /** Delivers all that is on its way from or to a worker. */
  arrive(worker: number): void {
    // Arriving may make somebody answer, which has to arrive as well.
    for (let arriving = this.takeMail(worker); arriving.length > 0; arriving = this.takeMail(worker)) {
      for (const mail of arriving) this.hand(mail);
      // What came from there may be sent on, and must arrive as well.
      while (this.isSomethingForwarded()) this.deliverOne();
    }
  }

  /** What is on its way from or to a worker. All the rest keeps its order. */
  private takeMail(worker: number): readonly Mail[] {
    const taken: Mail[] = [];
    for (let left = this.mail.length; left > 0; left--) {
      const mail = this.mail.shift();
      if (mail === undefined) break;
      if (mail.from === worker || mail.to === worker) taken.push(mail);
      else this.mail.push(mail);
    }
    return taken;
  }

  /** @param copier the one that copies whatever else shares data with the actors */
  save(copier = new SnapshotCopier()): SystemSnapshot {
    const { nowMs, events, latenciesMs, failedRequests, flows, rootCause, parameters, blocks, random } = this;
    const mail = Array.from({ length: this.mail.length }, (_, index) => this.mail.at(index));
    return {
      kernels: this.kernels.map((kernel) => saveKernel(kernel, copier)),
      rows: saveTable(this.table, blocks * IDS_PER_BLOCK),
      rest: copier.value({
        nowMs,
        events,
        latenciesMs,
        failedRequests,
        flows,
        rootCause,
        mail,
        parameters,
        blocks,
        random,
      }),
    };
  }

  restore({ kernels, rows, rest }: SystemSnapshot, copier = new SnapshotCopier()): void {
    for (const [worker, snapshot] of kernels.entries()) restoreKernel(this.kernels[worker] as Kernel, snapshot, copier);
    restoreTable(this.table, rows);
    const { events, latenciesMs, flows, mail, parameters, random, ...numbers } = copier.value(rest);
    Object.assign(this, numbers);
    Object.assign(this.random, random);
    this.events.splice(0, Number.POSITIVE_INFINITY, ...events);
    this.latenciesMs.splice(0, Number.POSITIVE_INFINITY, ...latenciesMs);
    refill(this.flows, flows);
    refill(this.parameters, parameters);
    this.mail.clear();
    for (const one of mail) this.mail.push(one);
  }

  /** Messages and signals kept for actors that have not arrived on their worker yet. */
  heldEarly(): number {
    return this.kernels.reduce((sum, kernel) => sum + kernel['early']['count'] + kernel.whereabouts.held, 0);
  }

  setParameter(name: string, value: number): void {
    this.parameters.set(name, value);
  }

  /** When the next deadline is; Infinity without any. */
  nextDueMs(): number {
    return Math.min(...this.kernels.map((kernel) => kernel.nextDueMs()));
  }

  /** Lets time pass, stopping at every deadline on the way. */
  advance(byMs: number): void {
    this.settle();
    const endMs = this.nowMs + byMs;
    for (;;) {
      const nextMs = this.nextDueMs();
      if (nextMs > endMs) break;
      this.nowMs = Math.max(this.nowMs, nextMs);
      for (const kernel of this.kernels) kernel.advance(this.nowMs);
      this.settle();
    }
    this.nowMs = endMs;
  }

  cells(): readonly Cell[] {
    return this.kernels.flatMap((kernel) => kernel.cells.filter((cell) => cell !== undefined));
  }

  find(path: string): { readonly kernel: Kernel; readonly cell: Cell } {
    for (const kernel of this.kernels) {
      const cell = kernel.cells.find((candidate) => candidate?.path === path);
      if (cell !== undefined) return { kernel, cell };
    }
    throw new Error(`no actor ${path}`);
  }

  /** Tells an actor a message from outside, unchecked kinds refused, without running anything. */
  post(path: string, message: { readonly kind: string }): void {
    const { kernel, cell } = this.find(path);
    this.registry.checkedStrictly(cell.entry, message);
    kernel.receiveMessage(cell.ref, message);
  }

  tell(path: string, message: { readonly kind: string }): void {
    this.post(path, message);
    this.settle();
  }

  state<T>(path: string): T {
    return this.find(path).cell.state as T;
  }
}

/** The mail of an actor follows it one by one, as between threads. */
function lettersOf(letter: MoveLetter): readonly MoveLetter[] {
  if (letter.type !== 'adopt') return [letter];
  const to = letter.actor.ref;
  return [{ ...letter, mail: [] }, ...letter.mail.map(({ message }) => ({ type: 'mail', to, message }) as const)];
}

function refill<K, V>(map: Map<K, V>, entries: ReadonlyMap<K, V>): void {
  map.clear();
  for (const [key, value] of entries) map.set(key, value);
}
