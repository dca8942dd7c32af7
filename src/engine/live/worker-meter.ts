/**
 * A live worker's meter: puts the times of the messages that are measured into shared memory, and keeps account of what
 * all observing costs this worker.
 *
 * The cost is counted, not guessed: how often the clock was read, a flow added, a time recorded and a message traced, each
 * times what it took in a loop when the worker started. What is left out is what everybody pays for being countable: a
 * countdown for each message sent and a comparison for each one handled.
 */
import { nextRandom, seedRandom } from '../../base/random.ts';
import { type ActorTable, COLUMN, STATUS } from '../../kernel/actor-table.ts';
import type { MeasuredTurn, Measuring, Meter } from '../../kernel/measuring.ts';
import type { Ref } from '../../kernel/ref.ts';
import type { LiveClock } from './clock.ts';
import { FLOW_TABLE_BYTES, FlowTable } from './memory/flow-table.ts';
import { CONTROL, OBSERVE, type SharedMemory } from './memory/layout.ts';
import { MESSAGE_TRACE_BYTES, MessageTraceWriter } from './memory/message-trace.ts';
import { TimeTable } from './memory/time-table.ts';

/** Messages a second whose times are worth their cost. */
export const MEASURED_PER_SECOND = 2_000;

/** The least of several rounds counts: in the others something else had the processor. */
const CALIBRATION_ROUNDS = 5;
const CALIBRATION_CALLS = 400;

export class WorkerMeter implements Meter {
  /** Messages measured so far. */
  measured = 0;
  /** One in this many messages is measured at present. */
  measuredEvery = 1;
  private readonly worker: number;
  private readonly sampling = seedRandom(2);
  private readonly costs = calibrate();
  private clockReads = 0;
  private flows = 0;
  private traced = 0;
  private received = 0;
  private shortRecords = 0;
  private table!: ActorTable;
  private engineClock!: LiveClock;
  private control!: Int32Array;
  private times!: TimeTable;
  private trace!: MessageTraceWriter;

  constructor(worker: number) {
    this.worker = worker;
  }

  bind(memory: SharedMemory, table: ActorTable, clock: LiveClock): void {
    this.table = table;
    this.engineClock = clock;
    this.control = new Int32Array(memory.control);
    this.times = new TimeTable(memory.times[this.worker] as SharedArrayBuffer);
    this.trace = new MessageTraceWriter(memory.messages[this.worker] as SharedArrayBuffer);
  }

  clock(): number {
    this.clockReads++;
    return this.engineClock.now();
  }

  recordShort(to: Ref, serviceMs: number, weight: number): void {
    this.shortRecords++;
    this.times.record(to, Number.NaN, serviceMs, weight, this.isGone);
  }

  chance(): number {
    return nextRandom(this.sampling);
  }

  record({ to, sender, kind, sinceMs, queueMs, serviceMs, weight }: MeasuredTurn): void {
    this.measured++;
    this.times.record(to, queueMs, serviceMs, weight, this.isGone);
    if (((this.control[CONTROL.observe] as number) & OBSERVE.messages) === 0) return;
    this.traced++;
    const generation = sender < 0 ? 0 : this.table.get(sender, COLUMN.generation);
    const from = { id: sender, generation };
    this.trace.write({ from, to, kind, weight, sinceMs, queueMs, serviceMs });
  }

  /**
   * Measuring costs the same at any load: all messages at low rates, few of many at high ones.
   * @param sent messages sent a second, of which the kernel samples one in `sampleEvery`
   * @param received messages received from other workers so far
   */
  adjust(
    measuring: Measuring | undefined,
    elapsedMs: number,
    sent: number,
    sampleEvery: number,
    received: number,
  ): void {
    const arrived = ((received - this.received) / elapsedMs) * 1_000;
    this.received = received;
    this.measuredEvery = Math.max(everyFor(sent), sampleEvery);
    measuring?.setRates(this.measuredEvery / sampleEvery, everyFor(arrived));
  }

  /** A flow was recorded: part of what observing costs. */
  countFlow(): void {
    this.flows++;
  }

  /** What observing has cost this worker so far, in ms: an estimate from counts. */
  get spentMs(): number {
    const { clockMs, flowMs, recordMs, traceMs } = this.costs;
    const records = this.measured + this.shortRecords;
    return this.clockReads * clockMs + this.flows * flowMs + records * recordMs + this.traced * traceMs;
  }

  private readonly isGone = ({ id, generation }: Pick<Ref, 'id' | 'generation'>): boolean =>
    this.table.get(id, COLUMN.generation) !== generation || this.table.get(id, COLUMN.status) === STATUS.free;
}

/** A power of two, so that rates change rarely. */
function everyFor(perSecond: number): number {
  let every = 1;
  while (perSecond / every > MEASURED_PER_SECOND) every *= 2;
  return every;
}

interface Costs {
  readonly clockMs: number;
  readonly flowMs: number;
  readonly recordMs: number;
  readonly traceMs: number;
}

/** Takes a few milliseconds. The code is cold then, so the costs are rather too high. */
function calibrate(): Costs {
  const party = { id: 1, generation: 1 };
  const flows = new FlowTable(new ArrayBuffer(FLOW_TABLE_BYTES));
  const times = new TimeTable(new ArrayBuffer(TimeTable.bytesFor(1)));
  const trace = new MessageTraceWriter(new ArrayBuffer(MESSAGE_TRACE_BYTES));
  const message = { from: party, to: party, kind: 0, weight: 1, sinceMs: 0, queueMs: 0.1, serviceMs: 0.1 };
  const ref: Ref = { node: 0, ask: 0, protocol: 0, ...party };
  return {
    clockMs: timeOf(() => void (performance.timeOrigin + performance.now())),
    flowMs: timeOf(() => flows.add(ref, ref, 1)),
    recordMs: timeOf(() => times.record(party, 0.1, 0.1, 1, () => false)),
    traceMs: timeOf(() => trace.write(message)),
  };
}

function timeOf(call: () => void): number {
  let leastMs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < CALIBRATION_ROUNDS; round++) {
    const startMs = performance.now();
    for (let count = 0; count < CALIBRATION_CALLS; count++) call();
    leastMs = Math.min(leastMs, performance.now() - startMs);
  }
  return leastMs / CALIBRATION_CALLS;
}
