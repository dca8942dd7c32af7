/**
 * Trace events on their way from a worker to the page: the worker writes them into its event ring, the page drains it
 * once a frame. When the ring is full, events are lost and counted, and the runtime goes on. So that what matters finds room
 * and costs no more than it is worth, floods of actors that start and stop are thinned out before that, and counted too.
 */
import type { TraceEventBody } from '../../kernel/trace.ts';
import { encodeBounded } from './memory/codec.ts';
import { readPlainData, writePlainData } from './memory/plain-data-codec.ts';
import { payloadBytesMax, RingConsumer, RingProducer, type SlotHeader } from './memory/ring.ts';
import { Scratch } from './memory/scratch.ts';

interface StampedBody {
  readonly atMs: number;
  readonly body: TraceEventBody;
}

function emptyHeader(): SlotHeader {
  return { type: 1, kind: 0, receiver: 0, generation: 0, ask: 0, sender: 0 };
}

/** About what the shortest event takes. */
const EVENT_BYTES_MIN = 64;

/** Actors that start and stop, at once … */
const ROUTINE_BURST = 512;
/** … and in the long run. Nobody reads more, and the page keeps two seconds of it. */
const ROUTINE_PER_MS = 8;

export class EventWriter {
  lost = 0;
  private routineLeft = ROUTINE_BURST;
  private routineSinceMs = 0;
  private readonly ring: RingProducer;
  private readonly scratch: Scratch;
  private readonly header = emptyHeader();

  constructor(buffer: SharedArrayBuffer) {
    this.ring = new RingProducer(buffer);
    this.scratch = new Scratch(payloadBytesMax(this.ring.slots));
  }

  write(atMs: number, body: TraceEventBody): void {
    const { scratch } = this;
    // What will be lost anyway is not encoded: in a flood of events that would cost most of the time.
    if (!this.isWorth(atMs, body) || !this.ring.hasRoom(EVENT_BYTES_MIN)) {
      this.lost++;
      return;
    }
    const bytes = encodeBounded(scratch, body.type, writePlainData, { atMs, body });
    if (this.ring.tryWrite(this.header, scratch.words, bytes)) this.ring.publish();
    else this.lost++;
  }

  private isWorth(atMs: number, { type }: TraceEventBody): boolean {
    if (type !== 'spawned' && type !== 'stopped') return true;
    if (this.routineLeft < 1) {
      this.routineLeft = Math.min(ROUTINE_BURST, (atMs - this.routineSinceMs) * ROUTINE_PER_MS);
      this.routineSinceMs = atMs;
      if (this.routineLeft < 1) return false;
    }
    this.routineLeft--;
    return true;
  }
}

export class EventReader {
  private readonly ring: RingConsumer;
  private readonly scratch: Scratch;
  private readonly header = emptyHeader();

  constructor(buffer: SharedArrayBuffer) {
    this.ring = new RingConsumer(buffer);
    this.scratch = new Scratch(payloadBytesMax(this.ring.slots));
  }

  drain(visit: (event: StampedBody) => void): void {
    while (this.ring.read(this.header, this.scratch.words) >= 0) {
      this.scratch.offset = 0;
      visit(readPlainData(this.scratch) as StampedBody);
    }
    this.ring.release();
  }
}
