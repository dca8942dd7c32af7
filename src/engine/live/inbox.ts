/**
 * What reaches a worker from the others: takes messages, signals and spawn requests out of its rings, in the order in which
 * each sender wrote them, and hands them to the kernel. Messages that lie in one slot are decoded where they lie.
 */
import type { Kernel } from '../../kernel/kernel.ts';
import type { Ref } from '../../kernel/ref.ts';
import type { Signal, SpawnRequest } from '../../kernel/signal.ts';
import type { LiveSettings } from '../live-settings.ts';
import type { KindCodec } from './memory/codec.ts';
import type { SharedMemory } from './memory/layout.ts';
import { readPlainData } from './memory/plain-data-codec.ts';
import { HEADER_WORDS, payloadBytesMax, RingConsumer, type SlotHeader } from './memory/ring.ts';
import { Scratch } from './memory/scratch.ts';
import { protocolsOfKinds, receiveMoveSlot } from './move-letters.ts';
import { MESSAGE_IN_ONE_SLOT, SLOT_TYPE } from './postbox.ts';
import type { Recorder } from './recorder.ts';

export class Inbox {
  /** Messages and signals taken so far. */
  received = 0;
  /** Of a run that is recorded. */
  recorder: Recorder | undefined;
  private rings: readonly RingConsumer[] = [];
  private readonly kernel: Kernel;
  /** By the number of a kind: its protocol. */
  private readonly protocols: readonly number[];
  private readonly codecs: readonly KindCodec[];
  private readonly scratch: Scratch;
  private readonly worker: number;
  private readonly wake: (worker: number) => void;
  private readonly header: SlotHeader = { type: 0, kind: 0, receiver: 0, generation: 0, ask: 0, sender: 0 };

  /** @param wake called for a worker that sleeps until there is room in its ring to here */
  constructor(
    kernel: Kernel,
    worker: number,
    codecs: readonly KindCodec[],
    settings: LiveSettings,
    wake: (worker: number) => void,
  ) {
    this.kernel = kernel;
    this.protocols = protocolsOfKinds(kernel.registry);
    this.worker = worker;
    this.codecs = codecs;
    this.scratch = new Scratch(payloadBytesMax(settings.ringSlots));
    this.wake = wake;
  }

  /** As `WorkerHost.bind`. */
  bind(memory: SharedMemory): void {
    for (const ring of this.rings) ring.release();
    const rings: RingConsumer[] = [];
    for (let from = 0; from < memory.workers; from++) {
      if (from === this.worker) continue;
      rings.push(new RingConsumer(memory.rings[from * memory.workers + this.worker] as SharedArrayBuffer));
    }
    this.rings = rings;
  }

  get isEmpty(): boolean {
    const { rings } = this;
    for (let place = 0; place < rings.length; place++) if (!(rings[place] as RingConsumer).isEmpty) return false;
    return true;
  }

  /** Takes in up to so many from each ring; how many there were in all. */
  receive(perRing: number): number {
    const { rings } = this;
    let count = 0;
    for (let place = 0; place < rings.length; place++) {
      const ring = rings[place] as RingConsumer;
      if (ring.isEmpty) continue;
      this.recorder?.receives(place < this.worker ? place : place + 1);
      count += this.take(ring, place < this.worker ? place : place + 1, perRing);
      this.recorder?.receivedAll();
      if (ring.release()) this.wake(place < this.worker ? place : place + 1);
    }
    this.received += count;
    return count;
  }

  /** Takes in everything that has arrived by now; how much it was. */
  receiveAll(): number {
    let count = 0;
    for (let some = -1; some !== 0; count += some) some = this.receive(Number.POSITIVE_INFINITY);
    return count;
  }

  /** What a lost worker publishes behind that place does not count. */
  closeRingFrom(worker: number, tail: number): void {
    this.rings[worker < this.worker ? worker : worker - 1]?.closeAt(tail);
  }

  private take(ring: RingConsumer, from: number, most: number): number {
    const { codecs, header, scratch } = this;
    const { measuring } = this.kernel;
    const { words, view } = ring;
    let count = 0;
    for (; count < most; count++) {
      const at = ring.peek();
      if (at < 0) break;
      const codec = codecs[words[at + 1] as number] as KindCodec;
      if (words[at] === MESSAGE_IN_ONE_SLOT && codec.flat !== undefined) {
        const message = codec.flat.read(view, (at + HEADER_WORDS) * 4);
        const receiver = words[at + 2] as number;
        const generation = words[at + 3] as number;
        const ask = words[at + 4] as number;
        const sender = words[at + 6] as number;
        ring.skip();
        const cell = this.kernel.cells[receiver];
        // The common case first, and without making a ref.
        if (ask === 0 && cell !== undefined && cell.ref.generation === generation) {
          this.kernel.enqueue(cell, message, sender);
          measuring?.arrived(cell, message, sender);
        } else {
          const protocol = this.protocols[words[at + 1] as number] as number;
          this.kernel.receiveMessage(refOf(receiver, generation, ask, protocol), message, sender);
        }
      } else {
        ring.read(header, scratch.words);
        scratch.offset = 0;
        this.deliver(header, from);
      }
    }
    return count;
  }

  private deliver(header: SlotHeader, from: number): void {
    const { type, kind, receiver, generation, ask, sender } = header;
    const { kernel, scratch } = this;
    if (type === SLOT_TYPE.message) {
      const message = (this.codecs[kind] as KindCodec).decode(scratch);
      kernel.receiveMessage(refOf(receiver, generation, ask, this.protocols[kind]), message, sender);
      const cell = kernel.cells[receiver];
      if (ask === 0 && cell !== undefined) kernel.measuring?.arrived(cell, message, sender);
    } else if (type === SLOT_TYPE.spawn) {
      kernel.receiveSpawn(readPlainData(scratch) as SpawnRequest);
    } else if (type >= SLOT_TYPE.move) {
      kernel.host.routes?.forget();
      receiveMoveSlot(kernel, from, header, scratch, this.codecs);
    } else {
      kernel.receiveSignal(refOf(receiver, generation, 0), readPlainData(scratch) as Signal);
    }
  }
}

function refOf(id: number, generation: number, ask: number, protocol = 0): Ref {
  return { node: 0, id, generation, ask, protocol };
}
