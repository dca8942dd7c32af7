/**
 * The network between virtual workers: latency with jitter, order per pair of workers kept, and faults of links. Everything
 * that is on its way is here.
 */
import { assert, unreachable } from '../../base/assert.ts';
import { Deque } from '../../base/deque.ts';
import { Heap } from '../../base/heap.ts';
import { nextRandom, type RandomState } from '../../base/random.ts';
import type { Fault } from '../../kernel/fault.ts';
import type { AnyMessage } from '../../kernel/ref.ts';
import type { SnapshotCopier } from '../../kernel/snapshot-copier.ts';
import { type Author, Provenances } from './provenance.ts';
import { type Load, Mail } from './virtual-mail.ts';

export type NetworkFault = Extract<Fault, { readonly kind: 'drop' | 'duplicate' | 'delay' | 'reorder' }>;
/** What is done to one thing that is on its way. */
export type InFlightFault = Extract<Fault, { readonly kind: 'in-flight' }>;

export interface NetworkSnapshot {
  readonly mails: readonly Mail[];
  readonly nextId: number;
  readonly lastArrivalMs: readonly number[];
  readonly heldMs: readonly (readonly [number, number])[];
  readonly rules: readonly NetworkFault[];
  readonly random: RandomState;
  readonly hasLines: boolean;
}

export interface Travel {
  /** Workers. */
  readonly from: number;
  readonly to: number;
  readonly sentMs: number;
  readonly author: Author;
  /** Paths, for the rules; undefined where nobody is known by one, so that no rule applies. */
  readonly fromPath: string | undefined;
  readonly toPath: string | undefined;
}

export class Network {
  private readonly workers: number;
  private readonly latencyMs: number;
  private readonly jitterMs: number;
  private mails = new Heap<Mail>();
  private nextId = 1;
  /** By pair of workers. */
  private lastArrivalMs: number[];
  /** By sender and worker: until when a delayed message holds back what the same actor sends after it. */
  private heldMs = new Map<number, number>();
  private rules: NetworkFault[] = [];
  private random: RandomState;
  /** By pair of workers: what is on its way, in the order in which it was sent. Only where somebody takes it in that order. */
  private lines: Deque<Mail>[] | undefined;
  private readonly provenances = new Provenances();

  constructor(workers: number, latencyMs: number, jitterMs: number, random: RandomState) {
    this.workers = workers;
    this.latencyMs = latencyMs;
    this.jitterMs = jitterMs;
    this.random = random;
    this.lastArrivalMs = Array.from({ length: workers * workers }, () => 0);
  }

  get size(): number {
    return this.mails.size;
  }

  nextArrivalMs(): number {
    return this.mails.peek()?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  peek(): Mail | undefined {
    return this.mails.peek();
  }

  take(mail: Mail): void {
    this.mails.remove(mail);
  }

  // ── In the order of a recording ─────────────────────────────────────────────────────────────────────────────────

  /** From now on things are taken as they were sent, whenever somebody takes them. */
  keepLines(): void {
    this.lines = Array.from({ length: this.workers * this.workers }, () => new Deque());
    for (const mail of this.mails.toSorted().sort((a, b) => a.id - b.id)) this.lineOf(mail.from, mail.to).push(mail);
  }

  /** From now on they arrive by their times again. */
  leaveLines(): void {
    this.lines = undefined;
  }

  hasMail(from: number, to: number): boolean {
    return this.lineOf(from, to).length > 0;
  }

  /** What was sent first of all that is on its way between two workers. */
  takeFirst(from: number, to: number): Mail {
    const mail = this.lineOf(from, to).shift();
    assert(mail !== undefined, 'something is on its way');
    this.mails.remove(mail);
    return mail;
  }

  private lineOf(from: number, to: number): Deque<Mail> {
    const line = this.lines?.[from * this.workers + to];
    assert(line !== undefined, 'the network keeps lines');
    return line;
  }

  // ── Faults ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Whether rules say anything about messages between those two, so that even a local one has to come this way. */
  concerns(fromPath: string, toPath: string | undefined): boolean {
    return this.rules.some((rule) => applies(rule, fromPath, toPath));
  }

  /** Whether something that the actor has sent to that worker is held up, so that nothing may pass it. */
  holdsBack(sender: number, worker: number, nowMs: number): boolean {
    if (this.heldMs.size === 0) return false;
    return (this.heldMs.get(this.linkOf(sender, worker)) ?? 0) > nowMs;
  }

  private linkOf(sender: number, worker: number): number {
    return sender * this.workers + worker;
  }

  get hasRules(): boolean {
    return this.rules.length > 0;
  }

  /** Puts something on its way. False when a fault has made it vanish. */
  send(load: Load, travel: Travel): boolean {
    const isLocal = travel.from === travel.to;
    let delayMs = isLocal ? 0 : this.latencyMs;
    if (!isLocal && this.jitterMs > 0) delayMs += nextRandom(this.random) * this.jitterMs;
    let copies = 1;
    let isFree = false;
    let isDelayed = false;
    if (load.type === 'message') {
      for (const rule of this.rules) {
        if (!applies(rule, travel.fromPath, travel.toPath)) continue;
        if (nextRandom(this.random) >= rule.probability) continue;
        switch (rule.kind) {
          case 'drop':
            return false;
          case 'duplicate':
            copies++;
            break;
          case 'delay':
            delayMs += rule.delayMs;
            isDelayed = true;
            break;
          case 'reorder':
            delayMs += nextRandom(this.random) * rule.delayMs;
            isFree = true;
            break;
        }
      }
    }
    const arrivesMs = isFree
      ? travel.sentMs + delayMs
      : this.inOrder(travel, travel.sentMs + delayMs, load.type === 'message', isDelayed);
    const { from, to, sentMs, author } = travel;
    for (let copy = 0; copy < copies; copy++) {
      // A copy is a message of its own.
      const carried = copy === 0 || load.type !== 'message' ? load : { ...load, message: this.twinOf(load.message) };
      const mail = new Mail(this.nextId++, from, to, carried, sentMs, arrivesMs, author);
      this.mails.add(mail);
      if (this.lines !== undefined) this.lineOf(from, to).push(mail);
    }
    return true;
  }

  /**
   * As on a ring: nothing overtakes what the same worker sent before. A fault that delays a message holds back what the same
   * actor sends after it, and nobody else.
   */
  private inOrder(travel: Travel, dueMs: number, isMessage: boolean, isDelayed: boolean): number {
    const { from, to, sentMs, author } = travel;
    const pair = from * this.workers + to;
    const arrivesMs = Math.max(dueMs, this.lastArrivalMs[pair] as number);
    const link = this.linkOf(author.sender, to);
    const heldMs = isMessage && this.heldMs.size > 0 ? (this.heldMs.get(link) ?? 0) : 0;
    if (isDelayed || heldMs > sentMs) {
      const lateMs = Math.max(arrivesMs, heldMs);
      this.heldMs.set(link, lateMs);
      return lateMs;
    }
    if (heldMs > 0) this.heldMs.delete(link);
    this.lastArrivalMs[pair] = arrivesMs;
    return arrivesMs;
  }

  /** A rule replaces an earlier one of the same kind for the same link; probability 0 takes it back. */
  setRule(rule: NetworkFault): void {
    this.rules = this.rules.filter(
      (known) => known.kind !== rule.kind || known.to !== rule.to || known.from !== rule.from,
    );
    if (rule.probability > 0) this.rules.push(rule);
  }

  find(id: number): Mail | undefined {
    return this.mails.toSorted().find((mail) => mail.id === id);
  }

  /** For one message: later than it would have been, alone. */
  postpone(mail: Mail, delayMs: number): void {
    this.mails.remove(mail);
    mail.dueMs += delayMs;
    this.mails.add(mail);
  }

  duplicate(mail: Mail): void {
    const { from, to, load, sentMs, dueMs, author } = mail;
    const carried = load.type === 'message' ? { ...load, message: this.twinOf(load.message) } : load;
    this.mails.add(new Mail(this.nextId++, from, to, carried, sentMs, dueMs, author));
  }

  /** Another message that says the same, and comes from the same step. */
  private twinOf(message: AnyMessage): AnyMessage {
    const twin = { ...message };
    this.provenances.copied(message, twin);
    return Object.freeze(twin);
  }

  /** What is on its way from or to a worker, in order; it is on its way no more. */
  takeAllOf(worker: number): readonly Mail[] {
    const found = this.mails.toSorted().filter((mail) => mail.from === worker || mail.to === worker);
    for (const mail of found) this.mails.remove(mail);
    return found;
  }

  /** Those to arrive first, first. */
  list(max: number): readonly Mail[] {
    return this.mails.toSorted(max);
  }

  /** @param copier of the whole system: a message or the arguments of a spawn may share data with the state of an actor */
  save(copier: SnapshotCopier): NetworkSnapshot {
    return {
      mails: this.mails.toSorted().map((mail) => copyOfMail(mail, copier)),
      nextId: this.nextId,
      lastArrivalMs: [...this.lastArrivalMs],
      heldMs: [...this.heldMs],
      rules: this.rules,
      random: { ...this.random },
      hasLines: this.lines !== undefined,
    };
  }

  restore(saved: NetworkSnapshot, copier: SnapshotCopier): void {
    this.mails = new Heap();
    // In their order, so that those due at one time keep it.
    for (const mail of saved.mails) this.mails.add(copyOfMail(mail, copier));
    this.nextId = saved.nextId;
    this.lastArrivalMs = [...saved.lastArrivalMs];
    this.heldMs = new Map(saved.heldMs);
    this.rules = [...saved.rules];
    this.random = { ...saved.random };
    if (saved.hasLines) this.keepLines();
    else this.leaveLines();
  }
}

function applies(rule: NetworkFault, fromPath: string | undefined, toPath: string | undefined): boolean {
  return rule.to === toPath && (rule.from === undefined || rule.from === fromPath);
}

function copyOfMail({ id, from, to, load, sentMs, dueMs, author }: Mail, copier: SnapshotCopier): Mail {
  return new Mail(id, from, to, copyOfLoad(load, copier), sentMs, dueMs, author);
}

function copyOfLoad(load: Load, copier: SnapshotCopier): Load {
  switch (load.type) {
    case 'message': {
      const message = copier.message(load.message);
      return message === load.message ? load : { ...load, message };
    }
    case 'spawn': {
      const args = copier.value(load.request.args);
      return args === load.request.args ? load : { ...load, request: { ...load.request, args } };
    }
    case 'signal':
      // The system's own, and never changed.
      return load;
    default:
      return unreachable(load, 'load');
  }
}
