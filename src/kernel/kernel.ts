/**
 * The kernel: the actors of one worker, their mailboxes and their turns.
 *
 * It decides nothing about time, chance or threads (host.ts does), and it is the same in live and simulated runs. An
 * engine feeds it (`receive…`, `advance`) and lets it work (`run`). Invariants: an actor is in the run queue at most
 * once; a turn is never interrupted by another turn; a signal is handled before any user message that waits.
 */
import { assert } from '../base/assert.ts';
import { Deque } from '../base/deque.ts';
import { Heap } from '../base/heap.ts';
import { nextRandom, seedRandom } from '../base/random.ts';
import { COLUMN, FIELD, STATUS } from './actor-table.ts';
import { failAskOf } from './asks.ts';
import { Cell, type Deadline, hasSignals } from './cell.ts';
import { DeadLetters } from './dead-letters.ts';
import { EarlyArrivals } from './early-arrivals.ts';
import { PlayhouseError } from './errors.ts';
import { handleUnknown } from './fault-messages.ts';
import { handleSignal } from './handle-signal.ts';
import { UNHANDLED } from './handlers.ts';
import type { Host } from './host.ts';
import { IdPool } from './id-pool.ts';
import { idleDue, noteActivity } from './idle.ts';
import { KernelContext } from './kernel-context.ts';
import { LeastLoaded } from './least-loaded.ts';
import * as lifecycle from './lifecycle.ts';
import { type Mailbox, RankedMailbox } from './mailbox.ts';
import { Measuring } from './measuring.ts';
import { enterFull, hasDrained, releaseSenders, wayCrowded, waysFreed } from './overflow.ts';
import type { AnyMessage, Ref } from './ref.ts';
import type { BehaviorEntry, ProtocolEntry, Registry } from './registry.ts';
import type { LocalSignal, Signal, SpawnRequest } from './signal.ts';
import { pauseIfSlow } from './slow.ts';
import { Stems } from './spawn.ts';
import { stopNow } from './stop.ts';
import { overrunDue } from './stop-children.ts';
import { backoffOver } from './supervise.ts';
import { tickDue } from './timers.ts';
import type { StopReason } from './trace.ts';
import { Whereabouts } from './whereabouts.ts';

/** Of `Host.current`, between turns. */
export const NOBODY = -1;

export class Kernel {
  readonly host: Host;
  readonly registry: Registry;
  /** Actors by id; other workers' ids and free ones are undefined. */
  readonly cells: (Cell | undefined)[] = [];
  readonly deadlines = new Heap<Deadline>();
  /** Turns taken since the start. */
  turns = 0;
  living = 0;
  readonly deadLetters: DeadLetters;
  readonly ids: IdPool;
  rejected = 0;
  /** One in this many tells is reported as a flow; 0: none. */
  sampleEvery = 1;
  /** Next worker for `round-robin` placement. */
  nextPlacement = 0;
  readonly leastLoaded: LeastLoaded;

  /** By worker: senders that wait because the way there is full, each with the receiver in whose name it was told. */
  readonly crowded = new Map<number, Map<Cell, Ref | undefined>>();

  /** Only where the engine measures. */
  readonly measuring: Measuring | undefined;

  /** Forgets nothing that matters: what it remembers can be made again. */
  readonly stems = new Stems();

  readonly whereabouts: Whereabouts;

  protected readonly ready = new Deque<Cell>();
  private readonly context: KernelContext;
  private sampleCountdown = 1;
  /** Of its own, so that what the program's chance brings does not depend on who is watching. */
  private readonly sampleChance = seedRandom(1);
  private readonly early: EarlyArrivals;

  constructor(host: Host, registry: Registry) {
    this.host = host;
    this.registry = registry;
    this.deadLetters = new DeadLetters(this);
    this.ids = new IdPool(host);
    this.leastLoaded = new LeastLoaded(host);
    this.early = new EarlyArrivals(host);
    this.whereabouts = new Whereabouts(this);
    this.measuring = host.meter && new Measuring(this, host.meter);
    this.context = new KernelContext(this);
  }

  // ── Sending ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** A checked send from an actor. @throws PlayhouseError `invalid-message` */
  tell(from: Cell, to: Ref, message: AnyMessage): void {
    const cell = this.cells[to.id];
    // Mostly it is the very ref that the cell has.
    if (cell !== undefined && (cell.ref === to || (cell.ref.generation === to.generation && to.ask === 0))) {
      const kind = this.registry.checked(cell.entry.protocol, message);
      if (kind.isInternal && cell !== from) throw this.registry.refusedInternal(cell.entry, message);
      this.enqueue(cell, message, from.ref.id);
    } else {
      this.tellElsewhere(from, to, message);
    }
    this.countFlow(from, to, message);
  }

  /** Every message that an actor sends passes here, errors as answers included; one in `sampleEvery` is reported. */
  countFlow(from: Cell, to: Ref, message?: AnyMessage): void {
    if (--this.sampleCountdown === 0) this.sample(from.ref, to, message);
  }

  /** Reply addresses, actors on other workers, and actors that are gone. */
  private tellElsewhere(from: Cell, to: Ref, message: AnyMessage): void {
    const kind = this.registry.checked(this.protocolOf(to), message);
    if (kind.isInternal) throw this.registry.refusedInternal(this.behaviorAt(to), message);
    const worker = this.routeTo(to);
    if (worker === this.host.worker) {
      this.receiveMessage(to, message, from.ref.id);
    } else if (worker < 0) {
      this.deadLetters.add(to, message, 'no-such-actor');
    } else {
      const sent = this.host.sendMessage(worker, from.ref.id, to, message, kind);
      if (sent === 'crowded' && this.registry.someMailboxesPress) wayCrowded(this, from, to, worker);
      else if (sent === 'refused') this.deadLetters.add(to, message, 'outbox-full');
    }
  }

  signal(to: Ref, signal: Signal): void {
    const worker = this.workerOf(to);
    if (worker >= 0 && worker !== this.host.worker) this.host.sendSignal(worker, to, signal);
    else this.receiveOwnSignal(to, signal);
  }

  protocolOf(ref: Ref): ProtocolEntry {
    const protocol = this.registry.protocols[ref.protocol];
    if (protocol === undefined) {
      throw new PlayhouseError('invalid-message', `Not a ref of this system: protocol ${ref.protocol}.`, 'to');
    }
    return protocol;
  }

  /** The worker to which to send what is for an actor; −1 when the actor is gone. */
  workerOf(ref: Ref): number {
    const { table } = this.host;
    if (!(ref.id >= 0 && ref.id < table.capacity)) return -1;
    if (table.get(ref.id, COLUMN.generation) !== ref.generation) return -1;
    if (table.get(ref.id, COLUMN.status) === STATUS.free) return -1;
    return table.field(ref.id, FIELD.moved) === 0 ? table.field(ref.id, FIELD.home) - 1 : this.whereabouts.of(ref);
  }

  /** As `workerOf`, from memory where the engine has one. */
  private routeTo(to: Ref): number {
    const { routes } = this.host;
    if (routes === undefined) return this.workerOf(to);
    const known = routes.of(to);
    if (known >= 0) return known;
    const worker = this.workerOf(to);
    routes.remember(to, worker);
    return worker;
  }

  /** The engine says that nothing waits any more on the way to a worker. */
  wayFree(worker: number): void {
    waysFreed(this, worker);
  }

  private behaviorAt({ id }: Ref): BehaviorEntry | undefined {
    return this.registry.behaviors[this.host.table.get(id, COLUMN.behavior)];
  }

  /** The ref of whoever has that row; undefined where nobody does. */
  refOf(id: number): Ref | undefined {
    const { table } = this.host;
    const status = table.get(id, COLUMN.status);
    const behavior = this.registry.behaviors[table.get(id, COLUMN.behavior)];
    if (status === STATUS.free || behavior === undefined) return undefined;
    return { node: 0, id, generation: table.get(id, COLUMN.generation), ask: 0, protocol: behavior.protocol.index };
  }

  isAlive(ref: Ref): boolean {
    return this.workerOf(ref) >= 0;
  }

  /** The cell of an actor of this worker. */
  cellOf(ref: Ref): Cell | undefined {
    const cell = this.cells[ref.id];
    return cell !== undefined && cell.ref.generation === ref.generation ? cell : undefined;
  }

  private sample(from: Ref, to: Ref, message: AnyMessage | undefined): void {
    this.host.recordFlow(from, to, this.sampleEvery);
    if (message !== undefined) this.measuring?.sampled(to, message, from.id, this.sampleEvery);
    // Uneven steps: an even one would see only every n-th message of a pattern with that period.
    const { sampleEvery } = this;
    this.sampleCountdown =
      sampleEvery <= 1 ? sampleEvery : 1 + Math.floor(nextRandom(this.sampleChance) * (2 * sampleEvery - 1));
  }

  setSampleEvery(every: number): void {
    this.sampleEvery = every;
    this.sampleCountdown = every;
  }

  // ── Receiving ───────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * A checked message for an actor (or a reply address) of this worker, from wherever.
   * @param sender id of the actor that sent it; −1 for none
   */
  receiveMessage(to: Ref, message: AnyMessage, sender = -1): void {
    const cell = this.cellOf(to);
    if (cell === undefined) {
      const item = { message, ask: to.ask, sender };
      if (this.whereabouts.takes(to, item) || this.early.hold(to, item)) return;
      this.deadLetters.add(to, message, 'no-such-actor');
    } else if (to.ask === 0) {
      this.enqueue(cell, message, sender);
    } else if (!this.holds(cell, message, to.ask, sender)) {
      this.enqueueSignal(cell, { type: 'ask-replied', ask: to.ask, reply: message });
    }
  }

  private holds(cell: Cell, message: AnyMessage, ask: number, sender: number): boolean {
    return this.whereabouts.mayHold && this.whereabouts.holds(cell, { message, ask, sender }, false);
  }

  /** A signal from another worker. */
  receiveSignal(to: Ref, signal: Signal): void {
    const cell = this.cellOf(to);
    if (cell === undefined ? this.whereabouts.takes(to, { signal }) : this.holdsSignal(cell, signal, false)) return;
    this.admitSignal(to, signal);
  }

  /** A signal from another worker that goes in at once. */
  admitSignal(to: Ref, signal: Signal): void {
    if (signal.type === 'child-stopped') this.takeBack(signal.child);
    this.handOut(to, signal);
  }

  /** A signal from an actor of this worker. */
  receiveOwnSignal(to: Ref, signal: Signal): void {
    const cell = this.cellOf(to);
    // What an actor tells itself has nothing to wait for.
    const isOwn = cell === this.context.cell;
    if (cell === undefined || isOwn || !this.holdsSignal(cell, signal, true)) this.handOut(to, signal);
  }

  private holdsSignal(cell: Cell, signal: Signal, isOwn: boolean): boolean {
    return this.whereabouts.mayHold && this.whereabouts.holds(cell, { signal }, isOwn);
  }

  private handOut(to: Ref, signal: Signal): void {
    const cell = this.cellOf(to);
    if (cell !== undefined) {
      this.enqueueSignal(cell, signal);
    } else if (!this.early.hold(to, { signal }) && signal.type === 'watch') {
      this.signal(signal.watcher, { type: 'terminated', ref: to, reason: 'normal' });
    }
    // Any other signal to an actor that is gone has nobody left to care.
  }

  /** The row of an actor that has stopped on another worker, and whose parent is here. */
  private takeBack({ id, generation }: Ref): void {
    const { table } = this.host;
    const isGone = table.get(id, COLUMN.status) === STATUS.free && table.get(id, COLUMN.generation) === generation;
    if (isGone) this.ids.release(id);
  }

  /** Starts an actor on this worker; its row has been claimed by whoever asked. */
  receiveSpawn(request: SpawnRequest): Cell {
    const { ref } = request;
    const cell = this.place(request);
    if (request.lazy) {
      this.host.emit({ type: 'spawned', path: cell.path, behavior: cell.entry.name });
      lifecycle.fallAsleep(this, cell);
    } else {
      this.enqueueSignal(cell, { type: 'start' });
    }
    for (const item of this.early.take(ref)) {
      if ('signal' in item) this.enqueueSignal(cell, item.signal);
      else this.receiveMessage({ ...ref, ask: item.ask }, item.message, item.sender);
    }
    return cell;
  }

  /** A cell for an actor of this worker, which does nothing yet. */
  place(request: SpawnRequest): Cell {
    const { ref } = request;
    const entry = this.registry.behaviors[request.behavior];
    assert(entry !== undefined, 'spawn of an unknown behavior');
    const cell = new Cell(entry, request, this.mailboxFor(entry, ref));
    while (this.cells.length <= ref.id) this.cells.push(undefined);
    this.cells[ref.id] = cell;
    this.living++;
    this.host.directoryChanged();
    return cell;
  }

  private mailboxFor({ definition }: BehaviorEntry, ref: Ref): Mailbox {
    const { mailbox } = definition;
    if (mailbox.priority === undefined && mailbox.deadlineMs === undefined) return new Deque<AnyMessage>();
    const expired = (message: AnyMessage): void => this.deadLetters.add(ref, message, 'expired');
    const failed = (thrown: unknown, what: string): void => {
      const cell = this.cellOf(ref);
      if (cell !== undefined) lifecycle.report(this, cell, thrown, what);
    };
    return new RankedMailbox(mailbox, () => this.host.now(), expired, failed);
  }

  /** A checked message for an actor of this worker. */
  enqueue(cell: Cell, message: AnyMessage, sender: number): void {
    if (cell.mailbox.length >= cell.room) enterFull(this, cell, message, sender);
    else this.put(cell, message);
  }

  /** Into the mailbox, without asking whether there is room. */
  put(cell: Cell, message: AnyMessage): void {
    cell.mailbox.push(message);
    this.host.table.set(cell.ref.id, COLUMN.depth, cell.mailbox.length);
    if (!cell.scheduled && cell.receptive) this.schedule(cell);
  }

  /** How a piped promise ended, if the actor that waits for it is still there. */
  settlePipe(ref: Ref, signal: LocalSignal): void {
    const cell = this.cellOf(ref);
    if (cell !== undefined) this.enqueueSignal(cell, signal);
  }

  /** A reply that nobody waits for any more. What a promise brought is no message, and nobody misses it. */
  lateReply(cell: Cell, reply: unknown): void {
    if (typeof (reply as Partial<AnyMessage> | null)?.kind !== 'string') return;
    this.deadLetters.add(cell.ref, reply as AnyMessage, 'late-reply');
  }

  enqueueSignal(cell: Cell, signal: LocalSignal): void {
    cell.signals.push(signal);
    if (!cell.scheduled) this.schedule(cell);
  }

  schedule(cell: Cell): void {
    cell.scheduled = true;
    this.ready.push(cell);
  }

  // ── Running ─────────────────────────────────────────────────────────────────────────────────────────────────────

  get hasWork(): boolean {
    return this.ready.length > 0;
  }

  /** When the next timer, time-out or pause ends; Infinity without any. */
  nextDueMs(): number {
    return this.deadlines.peek()?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  /** Queues whatever is due by now. */
  advance(nowMs: number): void {
    for (
      let first = this.deadlines.peek();
      first !== undefined && first.dueMs <= nowMs;
      first = this.deadlines.peek()
    ) {
      this.fire(first, nowMs);
    }
  }

  /** Queues what one deadline is for. */
  fire(deadline: Deadline, nowMs: number): void {
    this.deadlines.remove(deadline);
    this.due(deadline, nowMs);
  }

  private due(deadline: Deadline, nowMs: number): void {
    const { cell, what } = deadline;
    if (typeof what === 'number') {
      this.enqueueSignal(cell, { type: 'ask-timeout', ask: what });
    } else if (what === 'pause') {
      cell.pause = undefined;
      cell.slowCredit = 1;
      if (!cell.scheduled) this.schedule(cell);
    } else if (what === 'receive-timeout' || what === 'passivate') {
      idleDue(this, deadline, what);
    } else if (!('due' in what)) {
      tickDue(this, deadline, what, nowMs);
    } else if (what.due === 'overrun') {
      overrunDue(this, what.child);
    } else {
      backoffOver(this, cell, what.regroup);
    }
  }

  /** Runs ready actors, up to `batch` turns each, until about `turns` turns have been taken or nobody is ready. */
  run(turns: number, batch: number): number {
    let taken = 0;
    while (taken < turns) {
      const cell = this.ready.shift();
      if (cell === undefined) break;
      taken += this.runCell(cell, batch);
    }
    this.host.current[0] = NOBODY;
    this.turns += taken;
    this.context.cell = undefined;
    this.deadLetters.flush();
    return taken;
  }

  /** Actors that have something to do, for engines that choose whose turn it is. */
  get readyCount(): number {
    return this.ready.length;
  }

  /** One of them, by its place in the run queue. */
  readyAt(place: number): Cell {
    return this.ready.at(place);
  }

  /** One turn of the ready actor at that place; 0 when it had nothing to do after all. */
  turn(place: number): number {
    const taken = this.runCell(this.ready.takeAt(place), 1);
    this.host.current[0] = NOBODY;
    this.turns += taken;
    this.context.cell = undefined;
    this.deadLetters.flush();
    return taken;
  }

  protected runCell(cell: Cell, batch: number): number {
    const { context } = this;
    const { current } = this.host;
    let taken = 0;
    let messages = 0;
    context.cell = cell;
    current[0] = cell.ref.id;
    this.noteDepth(cell);
    while (taken < batch) {
      current[1] = taken;
      const signal = cell.pending?.shift();
      if (signal !== undefined) {
        this.handleSignal(cell, signal);
        taken++;
        continue;
      }
      if (!cell.receptive || cell.mailbox.length === 0) break;
      if (cell.slowMs > 0 && pauseIfSlow(this, cell)) break;
      const message = cell.mailbox.shift();
      // All that waited had expired.
      if (message === undefined) break;
      if (message === cell.watched) this.handleWatched(cell, message, taken);
      else this.handleMessage(cell, message);
      taken++;
      messages++;
    }
    this.endBatch(cell, taken, messages > 0);
    return taken;
  }

  /** The deepest that a mailbox was is seen where its turns begin: between them it only grows. */
  protected noteDepth({ ref: { id }, mailbox }: Cell): void {
    const { table } = this.host;
    if (mailbox.length > table.get(id, COLUMN.depthMax)) table.set(id, COLUMN.depthMax, mailbox.length);
  }

  /** What turns of one actor in a row leave to be done once. */
  protected endBatch(cell: Cell, taken: number, hadMessages: boolean): void {
    if (this.measuring?.isOpen) this.measuring.batchEnds(taken);
    if (cell.attentive) this.afterBatch(cell, hadMessages);
    cell.processed += taken;
    cell.scheduled = false;
    if (this.cells[cell.ref.id] === cell) {
      this.host.table.set(cell.ref.id, COLUMN.depth, cell.mailbox.length);
      this.host.table.setProcessed(cell.ref.id, cell.processed);
      const more = hasSignals(cell) || (cell.receptive && cell.mailbox.length > 0 && cell.pause === undefined);
      if (more) this.schedule(cell);
    }
  }

  /** What actors with such settings look at after each batch of turns, and others never. */
  private afterBatch(cell: Cell, hadMessages: boolean): void {
    if (hadMessages) noteActivity(this, cell);
    if (hasDrained(cell)) releaseSenders(this, cell);
    if (cell.draining !== undefined && cell.mailbox.length === 0 && cell.receptive) {
      stopNow(this, cell, cell.draining);
    }
  }

  protected handleSignal(cell: Cell, signal: LocalSignal): void {
    handleSignal(this, cell, signal);
  }

  /** A message whose times are measured. @param taken turns of this batch so far */
  private handleWatched(cell: Cell, message: AnyMessage, taken: number): void {
    this.measuring?.turnBegins(cell, message, taken);
    this.handleMessage(cell, message);
    this.measuring?.turnEnds();
  }

  protected handleMessage(cell: Cell, message: AnyMessage): void {
    let returned: unknown;
    try {
      returned = cell.handlers.dispatch(cell.state, message, this.context);
      if (returned !== undefined) refusePromise(returned, message.kind);
    } catch (thrown) {
      lifecycle.fail(this, cell, thrown, message.kind);
      // Put aside before it failed: it will be handled yet.
      if (!cell.stashedNow?.includes(message)) failAskOf(this, message, 'handler-failed', cell.path);
    }
    if (cell.stashedNow !== undefined) cell.stashedNow = undefined;
    if (returned === UNHANDLED) handleUnknown(this, cell, message);
  }

  /**
   * Calls user code with this cell's context; false when it threw, which is a failure of the cell. Of an incarnation that
   * is over already the failure is only recorded: pass `lifecycle.report`.
   */
  guarded(
    cell: Cell,
    during: string,
    call: (context: KernelContext) => void,
    onThrown: typeof lifecycle.fail = lifecycle.fail,
  ): boolean {
    const { context } = this;
    const before = context.cell;
    context.cell = cell;
    try {
      call(context);
      return true;
    } catch (thrown) {
      onThrown(this, cell, thrown, during);
      return false;
    } finally {
      context.cell = before;
    }
  }

  // ── Addresses ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** The end of a cell: its row is free, and its parent is told. */
  release(cell: Cell, reason: StopReason): void {
    this.cells[cell.ref.id] = undefined;
    this.host.table.set(cell.ref.id, COLUMN.depth, 0);
    this.host.table.set(cell.ref.id, COLUMN.status, STATUS.free);
    this.living--;
    this.host.directoryChanged();
    const { parent, ref: child } = cell;
    const worker = parent === null ? -1 : this.workerOf(parent);
    const isElsewhere = worker >= 0 && worker !== this.host.worker;
    // The row goes back to where it came from: to the worker of its parent, which hears of the stop.
    if (!isElsewhere) this.ids.release(child.id);
    this.whereabouts.ended(cell);
    if (parent === null) return;
    const signal = { type: 'child-stopped', child, reason } as const;
    if (isElsewhere) this.host.sendSignal(worker, parent, signal);
    else this.receiveOwnSignal(parent, signal);
  }
}

/** An async handler would go on after its turn, where nothing that it does or throws could be told from anybody's. */
function refusePromise(returned: unknown, kind: string): void {
  if (typeof (returned as { readonly then?: unknown } | null)?.then !== 'function') return;
  const text = `The handler of ${kind} is asynchronous: handlers are not; give the promise to ctx.pipe.`;
  throw new PlayhouseError('invalid-configuration', text, `on.${kind}`);
}
