/**
 * What a worker does when another one was lost: it stands still, takes in everything that had left the lost worker, keeps
 * what never reached it, and goes through the stages of kernel/worker-lost.ts in memory that the lost one does not know.
 * The page says when (rescue.ts); nobody has a turn in between.
 */
import type { GivenUp } from '../../kernel/arrivals.ts';
import { type Kernel, NOBODY } from '../../kernel/kernel.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import { type LostActors, sendAgain, watchAgain, workerLost } from '../../kernel/worker-lost.ts';
import type { LiveSettings } from '../live-settings.ts';
import type { KindCodec } from './memory/codec.ts';
import type { SharedMemory } from './memory/layout.ts';
import { payloadBytesMax, ringBytes, type SlotHeader } from './memory/ring.ts';
import { Scratch } from './memory/scratch.ts';
import { SLOT_TYPE } from './postbox.ts';
import type { Cut, Inventory } from './worker-control.ts';
import type { WorkerHost } from './worker-host.ts';
import type { WorkerLoop } from './worker-loop.ts';

/** Slots with a message in them: sent, forwarded, or in the mailbox of an actor that was to move there. */
const MESSAGES: readonly number[] = [SLOT_TYPE.message, SLOT_TYPE.forwarded, SLOT_TYPE.mail];

/** Sent by others, and passed on by this worker. */
const OTHERS: readonly number[] = [SLOT_TYPE.forwarded, SLOT_TYPE.mail];

interface Returned {
  readonly worker: number;
  readonly to: Ref;
  readonly message: AnyMessage;
  readonly sender: number;
  readonly kind: number;
  readonly isOthers: boolean;
}

export class Survivor {
  private readonly kernel: Kernel;
  private readonly host: WorkerHost;
  private readonly loop: WorkerLoop;
  private readonly codecs: readonly KindCodec[];
  private readonly scratch: Scratch;
  private readonly cutOff = new Set<number>();
  private readonly ringSlots: number;
  private returned: Returned[] = [];
  private givenUp: readonly GivenUp[] = [];

  constructor(
    kernel: Kernel,
    host: WorkerHost,
    loop: WorkerLoop,
    codecs: readonly KindCodec[],
    settings: LiveSettings,
  ) {
    this.kernel = kernel;
    this.host = host;
    this.loop = loop;
    this.codecs = codecs;
    this.scratch = new Scratch(payloadBytesMax(settings.ringSlots));
    this.ringSlots = settings.ringSlots;
  }

  /** Takes in and hands on what is under way; true when there was nothing. Called again until it is so everywhere. */
  settle(cuts: readonly Cut[]): boolean {
    for (const cut of cuts) this.cutOffFrom(cut);
    const received = this.loop.receiveAll();
    let isQuiet = received === 0;
    for (const [to, postbox] of this.host.postboxes.entries()) {
      if (postbox === undefined || this.cutOff.has(to)) continue;
      if (postbox.hasUnsent) isQuiet = false;
      postbox.flush();
    }
    return isQuiet;
  }

  private cutOffFrom({ worker, tail, head }: Cut): void {
    if (this.cutOff.has(worker)) return;
    this.cutOff.add(worker);
    this.loop.closeRingFrom(worker, tail);
    this.takeAllBack(worker, head);
    // What is sent there from now on, because it is passed on, is taken back as well.
    this.host.postboxes[worker]?.bind(new SharedArrayBuffer(ringBytes(this.ringSlots)));
  }

  private takeAllBack(worker: number, head: number): void {
    this.host.postboxes[worker]?.takeBack(head, (header, payload, bytes) =>
      this.takeBack(worker, header, payload.subarray(0, (bytes + 3) >> 2)),
    );
  }

  /** Only messages: what the system had to say to a lost actor is no longer true, or will be said again. */
  private takeBack(worker: number, header: SlotHeader, payload: Int32Array): void {
    if (!MESSAGES.includes(header.type)) return;
    const { scratch, kernel } = this;
    scratch.words.set(payload);
    scratch.offset = 0;
    const message = (this.codecs[header.kind] as KindCodec).decode(scratch) as AnyMessage;
    const { receiver: id, generation, kind } = header;
    // What had been in a mailbox has its sender behind it.
    const [ask, sender] = header.type === SLOT_TYPE.mail ? [0, NOBODY] : [header.ask, header.sender];
    const to = { ...(kernel.refOf(id) ?? { node: 0, id, protocol: 0 }), generation, ask };
    this.returned.push({ worker, to, message, sender, kind, isOthers: OTHERS.includes(header.type) });
  }

  /** The last look at the old memory. @param lost all workers that are lost */
  inventory(lost: readonly number[]): Inventory {
    const { kernel } = this;
    this.givenUp = kernel.whereabouts.giveUp(lost);
    const living = kernel.cells.flatMap((cell) => (cell === undefined ? [] : [cell.ref.id]));
    const free = [...kernel.ids.all(), ...kernel.whereabouts.rowsToCome()];
    return { living: Int32Array.from(living), free: Int32Array.from(free) };
  }

  /** From here on nothing is shared with those who were lost. */
  enter(memory: SharedMemory, lost: readonly number[]): void {
    // Before that: what a recording knows of the actor table is in the old memory.
    this.loop.endRecording();
    for (const worker of this.cutOff) this.takeAllBack(worker, 0);
    this.host.bind(memory);
    this.loop.bind(memory);
    this.cutOff.clear();
    for (const worker of lost) this.kernel.whereabouts.noteLost(worker);
  }

  lose(worker: number, actors: LostActors, era: number): void {
    this.host.forgetTime();
    const givenUp = this.givenUp.filter(({ from }) => from === worker);
    workerLost(this.kernel, worker, actors, givenUp, era);
  }

  /** What had not reached the lost workers: to whoever has taken in its receiver. */
  sendAgain(actors: LostActors): void {
    const { kernel } = this;
    for (const returned of this.returned) sendAgain(kernel, { actors, ...returned });
    this.returned = [];
    kernel.deadLetters.flush();
  }

  watchAgain(actors: LostActors): void {
    watchAgain(this.kernel, actors);
  }
}
