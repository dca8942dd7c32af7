/**
 * Watches a simulated system and writes down what happens: each step in the log, each event in the trace, where everything
 * came from, and what breaks the rules that make a run repeatable. It changes nothing but that messages are frozen.
 */
import { fnv1a } from '../../base/hash.ts';
import type { Cell, Deadline } from '../../kernel/cell.ts';
import { PlainCopier } from '../../kernel/plain-copier.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import type { LocalSignal, Signal } from '../../kernel/signal.ts';
import type { TraceEvent, TraceEventBody } from '../../kernel/trace.ts';
import type { Mark, RunReport, SentMessage, StepKind } from '../simulation.ts';
import { Freezer } from './freeze.ts';
import { Labels, Lifelines } from './names.ts';
import { type Author, Provenance, Provenances, START } from './provenance.ts';
import { freshHash, mix, mixDouble, type RunHash } from './run-hash.ts';
import { type Finding, findMutation, findSoftMutation, findUncloneable, RunReports } from './run-reports.ts';
import type { SimulatedKernel, Witness } from './simulated-kernel.ts';
import { KINDS, markBit, StepLog } from './step-log.ts';
import type { NOBODY, SimulatedSystem } from './system.ts';
import { timesOf } from './turn-times.ts';
import type { Mail } from './virtual-mail.ts';

export interface RecorderSnapshot {
  readonly hash: RunHash;
  readonly marks: number;
  readonly stepEvents: readonly TraceEvent[];
  readonly reports: readonly RunReport[];
  readonly asked: number;
}

/** What one step did, while somebody asks for it in full. */
export interface Capture {
  message: unknown;
  readonly sent: SentMessage[];
  readonly events: TraceEvent[];
}

const MARK_OF: Readonly<Partial<Record<TraceEventBody['type'], Mark>>> = {
  fault: 'fault',
  failed: 'failed',
  restarted: 'restarted',
  escalated: 'escalated',
  stopped: 'stopped',
  breaker: 'breaker',
  'dead-letter': 'dead-letter',
  violated: 'violated',
};

const [MESSAGE, SIGNAL, TIMER, FAULT, SEND] = ['message', 'signal', 'timer', 'fault', 'send'].map((kind) =>
  KINDS.indexOf(kind as StepKind),
) as [number, number, number, number, number];

export class Recorder implements Witness {
  readonly provenances = new Provenances();
  readonly log = new StepLog();
  readonly labels = new Labels();
  readonly lifelines = new Lifelines();
  hash = freshHash();
  readonly reports = new RunReports();
  /** Whom new messages, signals and deadlines come from. */
  author: Author = START;
  /** Set while a step is taken again to be looked at. */
  capture: Capture | undefined;
  /** What the present step has done so far. */
  marks = 0;
  /** Events of the present step, for conditions and properties. */
  readonly stepEvents: TraceEvent[] = [];
  /** Who has the present turn, and with what. */
  cell: Cell | undefined;
  label = 0;
  /** How often the present step has asked for hidden chance. */
  asked = 0;
  /** Code of authors may be running. */
  isInTurn = false;
  /** Guards against hidden time and chance are in place; made when first needed (guards.ts). */
  isGuarded = false;
  guards: unknown;
  private kind = MESSAGE;
  private provenance: Provenance | undefined;
  private authorAtMs: number | undefined;
  private readonly system: SimulatedSystem;
  private readonly freezer = new Freezer();
  /** What the present turn handles, and what it has sent. */
  private handled: unknown;
  private readonly sent: AnyMessage[] = [];
  /** What an arrival interrupts. */
  private interrupted: Pick<Recorder, 'author' | 'cell' | 'label' | 'isInTurn'> | undefined;

  constructor(system: SimulatedSystem) {
    this.system = system;
  }

  /** What kind of step the present one is. */
  get stepKind(): StepKind {
    return KINDS[this.kind] as StepKind;
  }

  get nowMs(): number {
    return this.system.nowMs;
  }

  // ── Steps ───────────────────────────────────────────────────────────────────────────────────────────────────────

  private begin(cell: Cell | undefined, kind: number, label: string): void {
    this.cell = cell;
    this.isInTurn = true;
    this.asked = 0;
    this.kind = kind;
    this.label = this.labels.numberOf(label);
    this.provenance = undefined;
    this.handled = undefined;
    if (this.sent.length > 0) this.sent.length = 0;
    const lifeline = cell === undefined ? 0 : this.lifelines.of(cell);
    this.author = { step: this.system.step, sender: cell?.ref.id ?? -1, lifeline };
  }

  turnStarts(cell: Cell): void {
    this.begin(cell, MESSAGE, 'expired');
  }

  turnEnds(worker: number, busyMs: number): void {
    const { cell, handled } = this;
    if (cell !== undefined) {
      if (this.provenance?.softCopy !== undefined) {
        this.note(cell.path, findSoftMutation(handled as object, this.provenance));
      }
      this.note(cell.path, findUncloneable(cell));
    }
    this.end(worker, busyMs);
  }

  timerStarts(deadline: Deadline): void {
    this.begin(deadline.cell, TIMER, timerLabel(deadline));
    this.provenance = this.provenances.of(deadline);
  }

  timerEnds(worker: number): void {
    this.end(worker, 0);
  }

  faultStarts(label: string, cell: Cell | undefined): void {
    this.begin(cell, label === 'send' ? SEND : FAULT, label);
    this.author = { ...this.author, sender: -1 };
    this.marks |= label === 'send' ? 0 : markBit('fault');
  }

  faultEnds(worker: number): void {
    this.end(worker, 0);
  }

  private end(worker: number, busyMs: number): void {
    const { cell, kind, label, provenance, hash, system } = this;
    const { step, nowMs: atMs } = system;
    const cause = provenance?.step ?? 0;
    const { lifeline } = this.author;
    const sender = provenance?.lifeline ?? 0;
    const sentMs = provenance?.sentMs ?? atMs;
    const arrivedMs = provenance?.arrivedMs ?? atMs;
    const slowMs = cell?.slowMs ?? 0;
    if (kind === MESSAGE && provenance !== undefined) {
      const { queueMs, serviceMs } = timesOf({ atMs, arrivedMs, busyMs, slowMs });
      system.observations.recordTurn(queueMs, serviceMs);
    }
    this.log.write({
      step,
      atMs,
      sentMs,
      arrivedMs,
      busyMs,
      slowMs,
      kind,
      worker,
      marks: this.marks,
      lifeline,
      sender,
      label,
      cause,
    });
    mix(hash, kind);
    mix(hash, cell?.ref.id ?? -1);
    mix(hash, this.labels.hash(label));
    mix(hash, cause);
    mixDouble(hash, atMs);
    mixDouble(hash, busyMs);
    this.author = START;
    this.isInTurn = false;
  }

  /** Another step: what the one before did is not its doing. */
  next(): void {
    this.marks = 0;
    if (this.stepEvents.length > 0) this.stepEvents.length = 0;
  }

  /** Marks that became known after the step was written. */
  addMark(mark: Mark): void {
    this.marks |= markBit(mark);
    this.log.mark(this.system.step, this.marks);
  }

  // ── Witness ─────────────────────────────────────────────────────────────────────────────────────────────────────

  sending(kernel: SimulatedKernel, from: Cell, to: Ref, message: AnyMessage): AnyMessage {
    const { provenances } = this;
    // A message that is sent a second time, or to several, is another message each time.
    const isFresh = provenances.of(message) === undefined && Object.isExtensible(message);
    const sent = isFresh ? message : ({ ...message } as AnyMessage);
    const { author } = this;
    const sender = author.sender === from.ref.id ? author : { ...author, sender: from.ref.id };
    provenances.note(sent, new Provenance(sender, kernel.presentMs));
    this.freeze(sent);
    this.sent.push(sent);
    this.capture?.sent.push({ to: this.nameOf(to), kind: message.kind, isSignal: false, message: sent });
    return sent;
  }

  /** From now on nobody may change it. */
  freeze(message: AnyMessage): void {
    const isSoft = this.freezer.freeze(message);
    const provenance = isSoft ? this.provenances.of(message) : undefined;
    if (provenance !== undefined) provenance.softCopy = new PlainCopier().value(message);
  }

  isRedirected(kernel: SimulatedKernel, from: Cell, to: Ref): boolean {
    const { network, nowMs } = this.system;
    const receiver = kernel.cellOf(to);
    if (receiver === undefined) return false;
    if (network.hasRules && network.concerns(from.path, receiver.path)) return true;
    return network.holdsBack(from.ref.id, kernel.host.worker, nowMs);
  }

  queued(kernel: SimulatedKernel, cell: Cell, signal: LocalSignal): void {
    const { provenances } = this;
    const known = provenances.of(signal.type === 'ask-replied' ? (signal.reply as object) : signal);
    const provenance = known ?? new Provenance(this.author, this.authorAtMs ?? kernel.presentMs);
    provenance.arrivedMs = Math.max(this.system.nowMs, provenance.sentMs);
    provenances.note(signal, provenance);
    if (this.capture === undefined || known !== undefined || signal.type === 'ask-replied') return;
    if (cell === this.cell && signal.type !== 'crash') return;
    this.capture.sent.push({ to: cell.path, kind: signal.type, isSignal: true, message: signal });
  }

  arrived(message: AnyMessage): void {
    const provenance = this.provenances.of(message);
    // Sent at the end of a turn that takes its time, it is there when it was sent.
    if (provenance !== undefined) provenance.arrivedMs = Math.max(this.system.nowMs, provenance.sentMs);
    else this.provenances.note(message, new Provenance(this.author, this.system.nowMs));
  }

  handling(_: SimulatedKernel, cell: Cell, signal: LocalSignal | undefined, message: AnyMessage | undefined): void {
    const handled = signal === undefined ? message : contentOf(signal);
    this.kind = signal === undefined || isMessage(signal) ? MESSAGE : SIGNAL;
    this.label = this.labels.numberOf(signal === undefined ? (message?.kind ?? '') : signalLabel(signal));
    this.provenance = this.provenances.of((signal ?? message) as object);
    this.handled = handled;
    if (signal?.type === 'tick') this.freezer.freeze(signal.timer.message);
    if (this.provenance?.softCopy !== undefined) this.compare(cell, handled as object, this.provenance);
    if (this.capture !== undefined) this.capture.message = handled;
  }

  armed(deadline: Deadline): void {
    if (this.provenances.of(deadline) !== undefined) return;
    this.provenances.note(deadline, new Provenance(this.author, this.system.nowMs));
  }

  // ── Between workers ─────────────────────────────────────────────────────────────────────────────────────────────

  /** A signal leaves for another worker. */
  sends(signal: Signal, to: Ref, sentMs: number): void {
    if (this.provenances.of(signal) === undefined) {
      this.provenances.note(signal, new Provenance(this.author, sentMs));
    }
    this.capture?.sent.push({ to: this.nameOf(to), kind: signal.type, isSignal: true, message: signal });
  }

  /** What an arrival sets off comes from whoever sent it. */
  arrives(mail: Mail): void {
    const { author, cell, label, isInTurn } = this;
    this.interrupted = { author, cell, label, isInTurn };
    this.author = mail.author;
    this.authorAtMs = mail.sentMs;
    if (mail.load.type !== 'message') return;
    // The receiver's word on its mailbox may be asked.
    this.cell = this.system.kernels[mail.to]?.cells[mail.load.to.id];
    this.label = this.labels.numberOf(mail.load.message.kind);
    this.isInTurn = true;
  }

  arrivedAll(): void {
    this.authorAtMs = undefined;
    if (this.interrupted !== undefined) Object.assign(this, this.interrupted);
    this.interrupted = undefined;
  }

  // ── Events ──────────────────────────────────────────────────────────────────────────────────────────────────────

  emitted(worker: number | typeof NOBODY, body: TraceEventBody): void {
    const { system } = this;
    const { observations } = system;
    const atMs = system.hosts[worker]?.presentMs ?? system.nowMs;
    const event: TraceEvent = {
      sequence: ++observations.sequence,
      atMs,
      node: 0,
      worker,
      step: system.step,
      ...body,
    };
    observations.add(event);
    this.stepEvents.push(event);
    this.capture?.events.push(event);
    const mark = MARK_OF[body.type];
    if (mark !== undefined) this.marks |= markBit(mark);
    mix(this.hash, fnv1a(JSON.stringify(body)));
    if (body.type !== 'failed' || !this.isInTurn) return;
    const roots = [this.handled, ...this.sent, this.cell?.state];
    this.note(body.path, findMutation(body.error, roots), body.during);
  }

  /** Changed while it was on its way or waited: by whoever still had a part of it. */
  private compare(cell: Cell, message: object, provenance: Provenance): void {
    const sender = this.lifelines.path(provenance.lifeline);
    this.note(sender === '' ? cell.path : sender, findSoftMutation(message, provenance));
  }

  private note(path: string, finding: Finding | undefined, during = this.labels.text(this.label)): void {
    if (finding !== undefined) this.report(path, finding, during);
  }

  report(path: string, finding: Finding, during = this.labels.text(this.label)): void {
    const isNews = this.reports.add({ ...finding, step: this.system.step, path, during });
    if (isNews) this.marks |= markBit('report');
  }

  private nameOf(ref: Ref): string {
    return this.system.pathOf(ref) ?? `#${ref.id}`;
  }

  save(): RecorderSnapshot {
    const { hash, marks, stepEvents, reports, asked } = this;
    return { hash: { ...hash }, marks, stepEvents: [...stepEvents], reports: reports.list, asked };
  }

  restore(saved: RecorderSnapshot): void {
    this.hash = { ...saved.hash };
    this.reports.list = saved.reports;
    this.asked = saved.asked;
    this.marks = saved.marks;
    this.stepEvents.splice(0, this.stepEvents.length, ...saved.stepEvents);
  }
}

/** Signals that carry what an actor said. */
export function isMessage({ type }: LocalSignal): boolean {
  return type === 'ask-replied' || type === 'tick' || type === 'command';
}

export function signalLabel(signal: LocalSignal): string {
  if (signal.type === 'tick') return signal.timer.message.kind;
  if (signal.type === 'command') return signal.message.kind;
  if (signal.type === 'ask-replied') return (signal.reply as Partial<AnyMessage> | null)?.kind ?? 'reply';
  return signal.type;
}

export function contentOf(signal: LocalSignal): unknown {
  if (signal.type === 'tick') return signal.timer.message;
  if (signal.type === 'command') return signal.message;
  if (signal.type === 'ask-replied') return signal.reply;
  return signal;
}

export function timerLabel({ what }: Deadline): string {
  if (typeof what === 'number') return 'ask-timeout';
  if (typeof what === 'string') return what;
  return 'due' in what ? what.due : what.message.kind;
}
