/**
 * A worker is lost, and all that was in its memory: cells, states, mailboxes, timers, what its supervisors knew of their
 * children. The actor table and the other workers are left.
 *
 * `loseWorker` does all of it where all kernels are at hand. Otherwise the engine goes through the same stages: everything
 * that had left the worker, or was on its way there, arrives first, also what is forwarded from there (no signal of a lost
 * actor may come later); then
 * `workerLost` on every survivor, one after another; then on the empty kernel that takes the worker's place `adoptRoot`
 * (where the root was lost), `buryLost` and `abandonMail`; then `watchAgain` on all. Nobody has a turn in between.
 *
 * Invariants:
 * - Each lost actor is either adopted or gone. Whoever has a supervisor on a surviving worker that did not wait for its end is
 *   adopted, by that supervisor's worker: the same ref and row, no state, and failed with the kind `WorkerLost`. The root is
 *   adopted by whoever takes the worker's place. All others are gone: `stopped`, killed.
 * - Whoever lives with a lost parent is killed there and then: adopted or not, the parent knows nothing of it any more.
 * - Supervisors, budgets and strategies learn nothing new: what follows an adoption follows every failure. A child that was
 *   being halted counts as halted, one that was being stopped as stopped.
 * - A row changes its worker only by an adoption, and is free exactly once: that of an actor that is gone goes to the pool of
 *   its supervisor's worker, or to that of the lost one.
 * - Each message in the lost memory is one dead letter. Each ask of a survivor to a lost actor fails, once.
 * - Ask numbers of an adopted actor go on behind those of its earlier lives, so that no late reply meets another ask.
 */
import { COLUMN, STATUS } from './actor-table.ts';
import { adoptChildren, adoptRoot } from './adoption.ts';
import type { GivenUp } from './arrivals.ts';
import { failAsk } from './asks.ts';
import type { Cell } from './cell.ts';
import { isRef } from './check.ts';
import { reportOf } from './errors.ts';
import type { Kernel } from './kernel.ts';
import { type AnyMessage, type Ref, sameRef } from './ref.ts';
import type { LocalSignal } from './signal.ts';
import { stop } from './stop.ts';

/** What is known of a lost actor outside of its worker. */
export interface LostActor {
  readonly ref: Ref;
  readonly path: string;
  readonly parent: Ref | null;
  /** Messages that were lost with it and that nobody can look at any more; 0 without. */
  readonly unread?: number;
}

/** By id. */
export type LostActors = ReadonlyMap<number, LostActor>;

export function actorsOf({ cells }: Kernel): LostActors {
  const actors = new Map<number, LostActor>();
  for (const cell of cells) {
    if (cell !== undefined) actors.set(cell.ref.id, { ref: cell.ref, path: cell.path, parent: cell.parent });
  }
  return actors;
}

/**
 * All stages, between turns. `lost` is emptied and stands for the worker that takes its place: it keeps its rows and what it
 * has counted. What was on its way from or to the worker has arrived.
 */
export function loseWorker(lost: Kernel, survivors: readonly Kernel[]): void {
  const { worker } = lost.host;
  const actors = actorsOf(lost);
  lost.host.emit({ type: 'worker-lost', lost: worker, cause: 'was killed', actors: actors.size });
  const { cells, early } = forgetEverything(lost);
  for (const survivor of survivors) workerLost(survivor, worker, actors);
  lost.whereabouts.begin();
  const root = cells.find(({ parent }) => parent === null);
  if (root !== undefined) adoptRoot(lost, root, root.args);
  buryLost(lost, actors);
  abandonMail(lost, cells);
  for (const { to, message } of early) abandon(lost, worker, to, `#${to.id}`, message);
  lost.deadLetters.flush();
  for (const kernel of [lost, ...survivors]) watchAgain(kernel, actors);
  lost.host.emit({ type: 'worker-joined', joined: worker });
}

function forgetEverything(kernel: Kernel) {
  const cells = kernel.cells.filter((cell) => cell !== undefined);
  const early = [...kernel['early'].takeMessages(), ...kernel.whereabouts.forget()];
  kernel.cells.length = 0;
  kernel['ready'].clear();
  for (let first = kernel.deadlines.pop(); first !== undefined; first = kernel.deadlines.pop());
  kernel.crowded.clear();
  kernel.living = 0;
  kernel.host.directoryChanged();
  return { cells, early };
}

function isLost(actors: LostActors, ref: Ref): boolean {
  return actors.get(ref.id)?.ref.generation === ref.generation;
}

// ── On each worker that is left ─────────────────────────────────────────────────────────────────────────────────────

/**
 * Adopts children, kills orphans, and lets go whoever waited for somebody there.
 * @param givenUp those who were lost on their way from there to here
 * @param era as `Whereabouts.workerLost`
 */
export function workerLost(
  kernel: Kernel,
  worker: number,
  actors: LostActors,
  givenUp: readonly GivenUp[] = [],
  era?: number,
): void {
  // Orphans first: whatever their own supervisors do from now on, their names are free.
  for (const cell of kernel.cells) {
    if (cell === undefined || cell.parent === null || !isLost(actors, cell.parent)) continue;
    stop(kernel, cell, { type: 'stop', reason: 'killed', forced: true });
  }
  for (const cell of kernel.cells) {
    if (cell === undefined) continue;
    forgetReports(cell, actors);
    adoptChildren(kernel, cell, worker);
    failAsks(kernel, cell, worker, actors);
    letGo(kernel, cell, worker, actors);
  }
  for (const { to, message } of kernel['early'].takeMessages((to) => isLost(actors, to))) {
    abandon(kernel, worker, to, pathOf(actors, to), message);
  }
  const isGone = (ref: Ref): boolean => isLost(actors, ref);
  const isOld = (signal: LocalSignal): boolean => isOutdated(signal, actors);
  for (const { to, message } of kernel.whereabouts.workerLost(worker, isGone, isOld, era)) {
    abandon(kernel, worker, to, pathOf(actors, to), message);
  }
  abandonMail(
    kernel,
    givenUp.map(({ cell }) => cell),
    worker,
  );
  for (const { to, message } of givenUp.flatMap(({ held }) => held)) {
    abandon(kernel, worker, to, pathOf(actors, to), message);
  }
  kernel.wayFree(worker);
  kernel.deadLetters.flush();
}

/** What lost actors had told it and it has not heard yet. Only that they had stopped is still true. */
function forgetReports(cell: Cell, actors: LostActors): void {
  const { signals } = cell;
  for (let left = signals.length; left > 0; left--) {
    const signal = signals.shift();
    if (signal !== undefined && !isOutdated(signal, actors)) signals.push(signal);
  }
  cell.deferred = cell.deferred?.filter((signal) => !isOutdated(signal, actors));
  cell.watchers = cell.watchers?.filter((watcher) => !isLost(actors, watcher));
}

function isOutdated(signal: LocalSignal, actors: LostActors): boolean {
  switch (signal.type) {
    case 'child-failed':
    case 'child-exited':
    case 'child-halted':
    case 'child-ready':
      return isLost(actors, signal.child);
    case 'watch':
      return isLost(actors, signal.watcher);
    case 'mailbox-full':
      return isLost(actors, signal.by);
    default:
      return false;
  }
}

function failAsks(kernel: Kernel, cell: Cell, worker: number, actors: LostActors): void {
  for (const [number, { target, kind }] of cell.asks ?? []) {
    if (target === null || !isLost(actors, target)) continue;
    const path = actors.get(target.id)?.path ?? '';
    kernel.enqueueSignal(cell, { type: 'ask-failed', ask: number, error: lostBeforeAnswer(worker, path, kind) });
  }
}

function lostBeforeAnswer(worker: number, path: string, kind: string) {
  return reportOf('worker-lost', `Worker ${worker} was lost before ${path} answered ${kind}.`);
}

/** Full mailboxes are gone, and so are senders that wait for one. */
function letGo(kernel: Kernel, cell: Cell, worker: number, actors: LostActors): void {
  const { obstacles, overflow } = cell;
  for (const [id, sender] of overflow?.senders ?? []) {
    if (!isLost(actors, sender)) continue;
    overflow?.senders?.delete(id);
    if (overflow !== undefined) overflow.latest = undefined;
  }
  for (const by of obstacles?.mailboxes ?? []) {
    if (isLost(actors, by)) kernel.enqueueSignal(cell, { type: 'mailbox-drained', by, suspends: true });
  }
  // The end of a crowded way tells it the same.
  const told = kernel.crowded.get(worker)?.get(cell);
  for (const by of obstacles?.pressing ?? []) {
    if (!isLost(actors, by) || (told !== undefined && sameRef(told, by))) continue;
    kernel.enqueueSignal(cell, { type: 'mailbox-drained', by, suspends: false });
  }
}

// ── What is left ────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * The rows of those whom nobody has adopted are free again.
 * @param kernel that of the worker that takes the lost one's place
 */
export function buryLost(kernel: Kernel, actors: LostActors): void {
  const { table, worker } = kernel.host;
  for (const { ref, path, parent } of actors.values()) {
    if (table.get(ref.id, COLUMN.worker) !== worker || kernel.cellOf(ref) !== undefined) continue;
    if (table.get(ref.id, COLUMN.generation) !== ref.generation) continue;
    const status = table.get(ref.id, COLUMN.status);
    if (status === STATUS.free) continue;
    table.set(ref.id, COLUMN.depth, 0);
    kernel.ids.release(ref.id);
    kernel.host.emit({ type: 'stopped', path, reason: 'killed' });
    // One that failed has said why.
    if (parent === null) kernel.host.rootStopped(status === STATUS.failed ? '' : 'The root actor stopped.');
  }
}

/**
 * Whoever watched a lost actor watches the adopted one, or hears that it is gone. Of those that had stopped before, the news
 * may be lost: heard twice it changes nothing.
 */
export function watchAgain(kernel: Kernel, actors: LostActors): void {
  for (const cell of kernel.cells) {
    for (const ref of cell?.watching ?? []) {
      if (cell === undefined) continue;
      if (!kernel.isAlive(ref)) kernel.enqueueSignal(cell, { type: 'terminated', ref, reason: 'killed' });
      else if (isLost(actors, ref)) kernel.signal(ref, { type: 'watch', watcher: cell.ref });
    }
  }
}

/**
 * Each message that waited in a lost cell is a dead letter, and an ask among them fails.
 * @param kernel that of the worker that takes the lost one's place, or where they were on their way to
 */
export function abandonMail(kernel: Kernel, lost: readonly Cell[], worker = kernel.host.worker): void {
  for (const { ref, path, mailbox, stashed, signals, deferred } of lost) {
    for (const message of stashed ?? []) abandon(kernel, worker, ref, path, message);
    while (mailbox.length > 0) {
      const message = mailbox.shift();
      if (message !== undefined) abandon(kernel, worker, ref, path, message);
    }
    const late: LocalSignal[] = [...(deferred ?? [])];
    for (let signal = signals.shift(); signal !== undefined; signal = signals.shift()) late.push(signal);
    for (const signal of late) {
      if (signal.type !== 'ask-replied') continue;
      // A promise brings no message, and nobody misses it.
      const reply = signal.reply as AnyMessage | null;
      if (typeof reply?.kind === 'string') abandon(kernel, worker, ref, path, reply);
    }
  }
}

/** Where the lost mailboxes are gone with their memory, only how many messages waited in them is known. */
export function abandonUnread(kernel: Kernel, actors: LostActors): void {
  for (const { ref, path, unread = 0 } of actors.values()) {
    if (unread === 0) continue;
    if (kernel.isAlive(ref)) kernel.host.table.add(ref.id, COLUMN.deadLetters, unread);
    kernel.deadLetters.count += unread;
    kernel.host.emit({ type: 'dead-letter', path, kind: UNREAD, reason: 'worker-lost', count: unread });
  }
}

/** The kind of messages that nobody has seen. */
const UNREAD = '(unread)';

/** A message on its way to a lost worker, which never took it. */
export interface UndeliveredMail {
  /** The lost worker. */
  readonly worker: number;
  readonly actors: LostActors;
  readonly to: Ref;
  readonly message: AnyMessage;
  /** Id of the actor that sent it; −1 for none. */
  readonly sender: number;
  /** Number of the message's kind in the registry. */
  readonly kind: number;
  /** Others had sent it, and it was to be passed on: sent again from here, it could overtake what they send again. */
  readonly isOthers: boolean;
}

/**
 * To whoever has taken in its receiver, or a dead letter where nobody has. A request fails either way: its asker has been
 * told so already, or is told now, and nobody shall do what it asked for all the same.
 */
export function sendAgain(kernel: Kernel, mail: UndeliveredMail): void {
  const { worker, actors, to, message, sender, kind, isOthers } = mail;
  const entry = kernel.registry.kinds[kind];
  const at = kernel.workerOf(to);
  const isRequest = isRef((message as { readonly replyTo?: unknown }).replyTo);
  if (at < 0 || isRequest || isOthers || entry === undefined) {
    return abandon(kernel, worker, to, pathOf(actors, to), message);
  }
  if (at === kernel.host.worker) return kernel.receiveMessage(to, message, sender);
  if (kernel.host.sendMessage(at, sender, to, message, entry) !== 'refused') return;
  kernel.deadLetters.add(to, message, 'outbox-full');
}

function pathOf(actors: LostActors, { id, generation }: Ref): string {
  const lost = actors.get(id);
  return lost?.ref.generation === generation ? lost.path : `#${id}`;
}

function abandon(kernel: Kernel, worker: number, to: Ref, path: string, message: AnyMessage): void {
  const { table } = kernel.host;
  if (kernel.isAlive(to)) table.add(to.id, COLUMN.deadLetters, 1);
  kernel.deadLetters.record(path, message, 'worker-lost');
  const { replyTo } = message as { readonly replyTo?: unknown };
  if (isRef(replyTo)) failAsk(kernel, replyTo as Ref, lostBeforeAnswer(worker, path, message.kind));
}
