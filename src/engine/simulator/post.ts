/** What goes from one virtual worker to another: handed to the network by the sender's host, and to the kernel when it arrives. */
import { COLUMN } from '../../kernel/actor-table.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import type { Signal, SpawnRequest } from '../../kernel/signal.ts';
import type { Travel } from './network.ts';
import { START } from './provenance.ts';
import type { SimulatedHost } from './simulated-host.ts';
import type { SimulatedKernel } from './simulated-kernel.ts';
import type { SimulatedSystem } from './system.ts';
import type { Mail } from './virtual-mail.ts';

export class Post {
  private readonly system: SimulatedSystem;

  constructor(system: SimulatedSystem) {
    this.system = system;
  }

  /** Everything that has arrived by now. */
  deliver(): void {
    const { network, nowMs } = this.system;
    for (let mail = network.peek(); mail !== undefined && mail.dueMs <= nowMs; mail = network.peek()) {
      network.take(mail);
      this.arrive(mail);
    }
  }

  /** At its worker, now. */
  arrive(mail: Mail): void {
    const { recorder } = this.system;
    const kernel = this.kernelOf(mail.to);
    recorder?.arrives(mail);
    // A fault of the network leads what stays at home the same way.
    if (mail.from !== mail.to) {
      this.hostOf(mail.to).received++;
      this.hostOf(mail.from).sent++;
    }
    const { load } = mail;
    if (load.type === 'message') kernel.receiveMessage(load.to, load.message, load.sender);
    else if (load.type === 'signal') kernel.receiveSignal(load.to, load.signal);
    else kernel.receiveSpawn(load.request);
    kernel.deadLetters.flush();
    recorder?.arrivedAll();
  }

  sendMessage(worker: number, to: number, sender: number, ref: Ref, message: AnyMessage): void {
    const { network, recorder } = this.system;
    const kernel = this.kernelOf(worker);
    const author = recorder?.author ?? START;
    const isSent = network.send(
      { type: 'message', to: ref, message, sender },
      {
        from: worker,
        to,
        sentMs: this.hostOf(worker).presentMs,
        author: author.sender === sender ? author : { ...author, sender },
        fromPath: kernel.cells[sender]?.path,
        toPath: network.hasRules ? this.kernelOf(to).cells[ref.id]?.path : undefined,
      },
    );
    if (!isSent) this.lose(kernel, this.kernelOf(to), ref, message);
  }

  /** Recorded in the turn that sent it, as a letter to its receiver, whom only the receiver's kernel can name. */
  private lose(kernel: SimulatedKernel, receivers: SimulatedKernel, ref: Ref, message: AnyMessage): void {
    const cell = receivers.cellOf(ref);
    if (cell === undefined) return kernel.deadLetters.add(ref, message, 'lost');
    this.system.table.add(ref.id, COLUMN.deadLetters, 1);
    kernel.deadLetters.record(cell.path, message, 'lost');
  }

  sendSignal(worker: number, to: number, ref: Ref, signal: Signal): void {
    const travel = this.travel(worker, to);
    this.system.recorder?.sends(signal, ref, travel.sentMs);
    this.system.network.send({ type: 'signal', to: ref, signal }, travel);
  }

  sendSpawn(worker: number, to: number, request: SpawnRequest): void {
    this.system.network.send({ type: 'spawn', request }, this.travel(worker, to));
  }

  private travel(worker: number, to: number): Travel {
    const sentMs = this.hostOf(worker).presentMs;
    const author = this.system.recorder?.author ?? START;
    return { from: worker, to, sentMs, author, fromPath: undefined, toPath: undefined };
  }

  private kernelOf(worker: number): SimulatedKernel {
    return this.system.kernels[worker] as SimulatedKernel;
  }

  private hostOf(worker: number): SimulatedHost {
    return this.system.hosts[worker] as SimulatedHost;
  }
}
