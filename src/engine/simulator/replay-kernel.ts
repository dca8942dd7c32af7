/**
 * The kernel of a worker whose recording is replayed. A batch of turns that a live worker took in one go is taken turn by
 * turn here, and what a batch leaves to be done once is done after its last one.
 */
import type { Cell } from '../../kernel/cell.ts';
import { NOBODY } from '../../kernel/kernel.ts';
import type { AnyMessage } from '../../kernel/ref.ts';
import type { Registry } from '../../kernel/registry.ts';
import type { LocalSignal } from '../../kernel/signal.ts';
import { codeOfMessage, codeOfSignal } from '../recording/events.ts';
import type { ReplayHost } from './replay-host.ts';
import type { ReplayTrack } from './replay-track.ts';
import { SimulatedKernel, type Witness } from './simulated-kernel.ts';

export class ReplayKernel extends SimulatedKernel {
  private readonly track: ReplayTrack;

  constructor(host: ReplayHost, registry: Registry, witness: Witness | undefined) {
    super(host, registry, witness);
    this.track = host.track;
  }

  /** Up to so many turns of whoever is first in the run queue; how many there were. */
  takeFirst(turns: number): number {
    const cell = this.ready.shift();
    if (cell === undefined) return 0;
    const taken = this.runCell(cell, turns);
    this.host.current[0] = NOBODY;
    this.turns += taken;
    this['context'].cell = undefined;
    this.deadLetters.flush();
    return taken;
  }

  /** What a batch looks at once, before its first turn. */
  protected override noteDepth(cell: Cell): void {
    const { batch, isListening } = this.track;
    if (!isListening || batch?.hasBegun !== true) super.noteDepth(cell);
  }

  protected override endBatch(cell: Cell, taken: number, hadMessages: boolean): void {
    const { batch, isListening } = this.track;
    if (!isListening || batch === undefined) return super.endBatch(cell, taken, hadMessages);
    batch.left -= taken;
    batch.hasBegun = true;
    const had = batch.hadMessages || hadMessages;
    if (batch.left <= 0) return super.endBatch(cell, taken, had);
    batch.hadMessages = had;
    cell.processed += taken;
    this.host.table.setProcessed(cell.ref.id, cell.processed);
    // It still has its turn, and stays in front of those who wait for theirs.
    this.ready.unshift(cell);
  }

  protected override handleSignal(cell: Cell, signal: LocalSignal): void {
    this.track.turnBegins(codeOfSignal(signal.type));
    super.handleSignal(cell, signal);
  }

  protected override handleMessage(cell: Cell, message: AnyMessage): void {
    this.track.turnBegins(codeOfMessage(cell.entry.protocol.kinds.get(message.kind)?.index ?? -1));
    super.handleMessage(cell, message);
  }
}
