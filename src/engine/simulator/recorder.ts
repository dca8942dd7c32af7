/**
 * Watches a simulated system and writes down what happens: each step in the log, each event in the trace, where everything
 * came from, and what breaks the rules that make a run repeatable. It changes nothing but that messages are frozen.
 */
import type { Cell, Deadline } from '../../kernel/cell.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import type { LocalSignal, Signal } from '../../kernel/signal.ts';
import type { TraceEvent, TraceEventBody } from '../../kernel/trace.ts';
import type { Mark, RunReport, SentMessage, StepKind } from '../simulation.ts';
import { SIMULATION_LIMITS } from '../simulation.ts';
import { changesBetween } from './changes.ts';
import { freezeDeep } from './freeze.ts';
import { hashText, Labels, Lifelines } from './names.ts';
import { type Author, Provenance, Provenances } from './provenance.ts';
import { freshHash, mix, mixDouble, type RunHash } from './run-hash.ts';
import type { SimulatedKernel, Witness } from './simulated-kernel.ts';
import { KINDS, markBit, StepLog } from './step-log.ts';
import type { NOBODY, SimulatedSystem } from './system.ts';
import type { Mail } from './virtual-mail.ts';

export interface RecorderSnapshot {
  readonly hash: RunHash;
  readonly marks: number;
  readonly stepEvents: readonly TraceEvent[];
  readonly reports: readonly RunReport[];
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

const START: Author = { step: 0, sender: -1 };
const [MESSAGE, SIGNAL, TIMER, FAULT, SEND] = ['message', 'signal', 'timer', 'fault', 'send'].map((kind) =>
  KINDS.indexOf(kind as StepKind),
) as [number, number, number, number, number];

export class Recorder implements Witness {
  readonly provenances = new Provenances();
  readonly log = new StepLog();
  readonly labels = new Labels();
  readonly lifelines = new Lifelines();
  hash = freshHash();
  reports: RunReport[] = [];
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
  /** What could not be frozen, as it was when it was sent. */
  private readonly softCopies = new WeakMap<object, unknown>();

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
    this.author = { step: this.system.step, sender: cell?.ref.id ?? -1 };
  }

  turnStarts(cell: Cell): void {
    this.begin(cell, MESSAGE, 'expired');
  }

  turnEnds(worker: number, busyMs: number): void {
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
    this.author = { step: this.system.step, sender: -1 };
    this.marks |= label === 'send' ? 0 : markBit('fault');
  }

  faultEnds(worker: number): void {
    this.end(worker, 0);
  }

  private end(worker: number, busyMs: number): void {
    const { cell, kind, label, provenance, hash, system } = this;
    const { step, nowMs: atMs } = system;
    const cause = provenance?.step ?? 0;
    const lifeline = cell === undefined ? 0 : this.lifelines.of(cell);
    const sentMs = provenance?.sentMs ?? atMs;
    const arrivedMs = provenance?.arrivedMs ?? atMs;
    this.log.write({ step, atMs, sentMs, arrivedMs, busyMs, kind, worker, marks: this.marks, lifeline, label, cause });
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
    provenances.note(sent, new Provenance(this.author.step, from.ref.id, kernel.host.now()));
    if (freezeDeep(sent)) this.softCopies.set(sent, structuredClone(sent));
    this.capture?.sent.push({ to: this.nameOf(to), kind: message.kind, isSignal: false, message: sent });
    return sent;
  }

  isRedirected(from: Cell, to: Ref): boolean {
    const { network } = this.system;
    return network.hasRules && network.concerns(from.path, this.system.pathOfRow(to.id));
  }

  queued(kernel: SimulatedKernel, cell: Cell, signal: LocalSignal): void {
    const { provenances } = this;
    const known = provenances.of(signal.type === 'ask-replied' ? (signal.reply as object) : signal);
    const provenance =
      known ?? new Provenance(this.author.step, this.author.sender, this.authorAtMs ?? kernel.host.now());
    provenance.arrivedMs = this.system.nowMs;
    provenances.note(signal, provenance);
    if (this.capture === undefined || known !== undefined || signal.type === 'ask-replied') return;
    if (cell === this.cell && signal.type !== 'crash') return;
    this.capture.sent.push({ to: cell.path, kind: signal.type, isSignal: true, message: signal });
  }

  arrived(message: AnyMessage): void {
    const provenance = this.provenances.of(message);
    if (provenance !== undefined) provenance.arrivedMs = this.system.nowMs;
    else this.provenances.note(message, new Provenance(this.author.step, this.author.sender, this.system.nowMs));
  }

  handling(_: SimulatedKernel, cell: Cell, signal: LocalSignal | undefined, message: AnyMessage | undefined): void {
    const handled = signal === undefined ? message : contentOf(signal);
    this.kind = signal === undefined || isMessage(signal) ? MESSAGE : SIGNAL;
    this.label = this.labels.numberOf(signal === undefined ? (message?.kind ?? '') : signalLabel(signal));
    this.provenance = this.provenances.of((signal ?? message) as object);
    if (signal?.type === 'tick') freezeDeep(signal.timer.message);
    if (typeof handled === 'object' && handled !== null) this.compare(cell, handled);
    if (this.capture !== undefined) this.capture.message = handled;
  }

  armed(deadline: Deadline): void {
    if (this.provenances.of(deadline) !== undefined) return;
    const { author } = this;
    this.provenances.note(deadline, new Provenance(author.step, author.sender, this.system.nowMs));
  }

  // ── Between workers ─────────────────────────────────────────────────────────────────────────────────────────────

  /** A signal leaves for another worker. */
  sends(signal: Signal, to: Ref, sentMs: number): void {
    if (this.provenances.of(signal) === undefined) {
      this.provenances.note(signal, new Provenance(this.author.step, this.author.sender, sentMs));
    }
    this.capture?.sent.push({ to: this.nameOf(to), kind: signal.type, isSignal: true, message: signal });
  }

  /** What an arrival sets off comes from whoever sent it. */
  arrives(mail: Mail): void {
    this.author = { step: mail.step, sender: mail.sender };
    this.authorAtMs = mail.sentMs;
  }

  arrivedAll(): void {
    this.author = START;
    this.authorAtMs = undefined;
  }

  // ── Events ──────────────────────────────────────────────────────────────────────────────────────────────────────

  emitted(worker: number | typeof NOBODY, body: TraceEventBody): void {
    const { system } = this;
    const { observations } = system;
    const atMs = system.hosts[worker]?.now() ?? system.nowMs;
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
    mix(this.hash, hashText(JSON.stringify(body)));
    if (body.type === 'failed') this.explain(body.path, body.error, body.during);
  }

  /** A handler that changed a frozen message has failed with what the language says about it. */
  private explain(path: string, error: string, during: string): void {
    const found =
      /read[ -]?only property '([^']*)'|"([^"]*)" is read-only|object is not extensible|readonly property/.exec(error);
    if (found === null) return;
    const field = found[1] ?? found[2] ?? '';
    this.report(
      'mutated-message',
      path,
      during,
      field,
      `It changed ${field === '' ? 'a part' : `"${field}"`} of a message that had been sent. Messages are shared and never change: make a copy, and change that.`,
    );
  }

  private compare(cell: Cell, message: object): void {
    const before = this.softCopies.get(message);
    if (before === undefined) return;
    const [first] = changesBetween(before, message, 1);
    if (first === undefined) return;
    const sender = this.provenances.of(message)?.sender ?? -1;
    const path = this.system.pathOfRow(sender) ?? cell.path;
    this.report(
      'mutated-message',
      path,
      this.labels.text(this.label),
      first.field,
      `The field "${first.field}" was changed after the message had been sent. Messages are shared and never change: make a copy, and change that.`,
    );
  }

  /** Noticed when the state is copied, which is some steps after it came about. */
  foundUncloneable(path: string, field: string): void {
    const text = `The state holds something in "${field}" that cannot be copied, so that steps back cannot bring it back. Keep only plain data in the state.`;
    this.report('state-not-cloneable', path, this.labels.text(this.label), field, text);
  }

  report(what: RunReport['what'], path: string, during: string, field: string, text: string): void {
    const isKnown = this.reports.some(
      (known) => known.what === what && known.path === path && known.during === during && known.field === field,
    );
    if (isKnown || this.reports.length >= SIMULATION_LIMITS.reportsMax) return;
    this.reports.push({ what, step: this.system.step, path, during, field, text });
    this.marks |= markBit('report');
  }

  private nameOf(ref: Ref): string {
    return this.system.pathOfRow(ref.id) ?? `#${ref.id}`;
  }

  save(): RecorderSnapshot {
    const { hash, marks, stepEvents, reports } = this;
    return { hash: { ...hash }, marks, stepEvents: [...stepEvents], reports: [...reports] };
  }

  restore(saved: RecorderSnapshot): void {
    this.hash = { ...saved.hash };
    this.reports = [...saved.reports];
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
