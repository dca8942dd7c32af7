/**
 * The kernel of a virtual worker: the same as everybody's, with somebody watching. What it sends is frozen, and everything
 * that it queues is remembered with the step it came from.
 */
import { Heap } from '../../base/heap.ts';
import type { Cell, Deadline } from '../../kernel/cell.ts';
import { Kernel } from '../../kernel/kernel.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import type { Registry } from '../../kernel/registry.ts';
import type { LocalSignal } from '../../kernel/signal.ts';
import type { SimulatedHost } from './simulated-host.ts';

/** What the system around a kernel gets to see of it. */
export interface Witness {
  /** A message is about to be sent: returns what is really sent. */
  sending(kernel: SimulatedKernel, from: Cell, to: Ref, message: AnyMessage): AnyMessage;
  /** Whether a message inside one worker has to travel by the network, because a fault waits for it there. */
  isRedirected(kernel: SimulatedKernel, from: Cell, to: Ref): boolean;
  queued(kernel: SimulatedKernel, cell: Cell, signal: LocalSignal): void;
  arrived(message: AnyMessage): void;
  /** A turn is about to be taken with this. */
  handling(kernel: SimulatedKernel, cell: Cell, what: LocalSignal | undefined, message: AnyMessage | undefined): void;
  armed(deadline: Deadline): void;
}

class WatchedHeap extends Heap<Deadline> {
  private readonly witness: Witness;

  constructor(witness: Witness) {
    super();
    this.witness = witness;
  }

  override add(deadline: Deadline): void {
    super.add(deadline);
    this.witness.armed(deadline);
  }
}

export class SimulatedKernel extends Kernel {
  override readonly deadlines: Heap<Deadline>;
  private readonly witness: Witness | undefined;
  private readonly simulatedHost: SimulatedHost;

  /** @param witness none in a run without history. */
  constructor(host: SimulatedHost, registry: Registry, witness: Witness | undefined) {
    super(host, registry);
    this.simulatedHost = host;
    this.witness = witness;
    this.deadlines = witness === undefined ? new Heap() : new WatchedHeap(witness);
  }

  /** Of its worker, for whoever watches. */
  get presentMs(): number {
    return this.simulatedHost.presentMs;
  }

  override tell(from: Cell, to: Ref, message: AnyMessage): void {
    const { witness } = this;
    if (witness === undefined) return super.tell(from, to, message);
    const sent = witness.sending(this, from, to, message);
    if (!witness.isRedirected(this, from, to)) return super.tell(from, to, sent);
    const kind = this.registry.checked(this.protocolOf(to), sent);
    if (kind.isInternal && to.id !== from.ref.id) throw this.registry.refusedInternal(undefined, sent);
    this.simulatedHost.sendMessage(this.host.worker, from.ref.id, to, sent);
    this.countFlow(from, to);
  }

  override put(cell: Cell, message: AnyMessage): void {
    this.witness?.arrived(message);
    super.put(cell, message);
  }

  override enqueueSignal(cell: Cell, signal: LocalSignal): void {
    this.witness?.queued(this, cell, signal);
    super.enqueueSignal(cell, signal);
  }

  protected override runCell(cell: Cell, batch: number): number {
    if (this.witness !== undefined && cell.signals.length > 0) {
      this.witness.handling(this, cell, cell.signals.at(0), undefined);
    }
    return super.runCell(cell, batch);
  }

  protected override handleMessage(cell: Cell, message: AnyMessage): void {
    this.witness?.handling(this, cell, undefined, message);
    super.handleMessage(cell, message);
  }
}
