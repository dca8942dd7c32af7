/** A virtual worker's side of a kernel: virtual time, seeded chance, and the network to the others. */
import { assert } from '../../base/assert.ts';
import { nextRandom, type RandomState } from '../../base/random.ts';
import type { ActorTable } from '../../kernel/actor-table.ts';
import { type Host, IDS_PER_BLOCK, type Sent } from '../../kernel/host.ts';
import { NOBODY } from '../../kernel/kernel.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import type { Signal, SpawnRequest } from '../../kernel/signal.ts';
import type { TraceEventBody } from '../../kernel/trace.ts';

/** What all virtual workers of a system share. */
export interface Commons {
  readonly workers: number;
  readonly table: ActorTable;
  readonly parameters: ReadonlyMap<string, number>;
  nowMs: number;
  /** Blocks of rows handed out. */
  blocks: number;
  loadOf(worker: number): number;
  emit(worker: number, event: TraceEventBody): void;
  recordFlow(from: Ref, to: Ref, weight: number): void;
  recordRequest(latencyMs: number, answered: boolean): void;
  directoryChanged(): void;
  rootStopped(cause: string): void;
  sendMessage(worker: number, to: number, from: number, ref: Ref, message: AnyMessage): void;
  sendSignal(worker: number, to: number, ref: Ref, signal: Signal): void;
  sendSpawn(worker: number, to: number, request: SpawnRequest): void;
}

export class SimulatedHost implements Host {
  readonly worker: number;
  readonly workers: number;
  readonly table: ActorTable;
  readonly current = new Int32Array(2).fill(NOBODY);
  /** How long the present turn has occupied the worker so far. */
  busyMs = 0;
  /** When the worker has finished its latest turn. */
  freeAtMs = 0;
  /** Row of the actor that occupies the worker, or was the last to do so; −1: nobody yet. */
  occupant = -1;
  /** Time that turns have taken, all together. */
  workedMs = 0;
  /** Messages and signals to and from other workers. */
  sent = 0;
  received = 0;
  random32: RandomState;
  private readonly commons: Commons;

  constructor(commons: Commons, worker: number, random32: RandomState) {
    this.commons = commons;
    this.worker = worker;
    this.workers = commons.workers;
    this.table = commons.table;
    this.random32 = random32;
  }

  /** Now, for whoever watches: the kernel asks `now`. */
  get presentMs(): number {
    return this.commons.nowMs + this.busyMs;
  }

  now(): number {
    return this.presentMs;
  }

  busy(ms: number): void {
    this.busyMs += ms;
  }

  random(): number {
    return nextRandom(this.random32);
  }

  parameter(name: string): number | undefined {
    return this.commons.parameters.get(name);
  }

  loadOf(worker: number): number {
    return this.commons.loadOf(worker);
  }

  claimRows(): number {
    const first = this.commons.blocks * IDS_PER_BLOCK;
    if (first + IDS_PER_BLOCK > this.table.capacity) return -1;
    this.commons.blocks++;
    return first;
  }

  sendMessage(worker: number, from: number, to: Ref, message: AnyMessage): Sent {
    this.commons.sendMessage(this.worker, worker, from, to, message);
    return 'sent';
  }

  sendSignal(worker: number, to: Ref, signal: Signal): void {
    this.commons.sendSignal(this.worker, worker, to, signal);
  }

  sendSpawn(worker: number, request: SpawnRequest): void {
    this.commons.sendSpawn(this.worker, worker, request);
  }

  // Actors stay on their virtual processors.

  sendMove(): boolean {
    return false;
  }

  forward(): void {
    assert(false, 'nothing moves in a simulated run');
  }

  hasUnread(): boolean {
    return true;
  }

  emit(event: TraceEventBody): void {
    this.commons.emit(this.worker, event);
  }

  recordFlow(from: Ref, to: Ref, weight: number): void {
    this.commons.recordFlow(from, to, weight);
  }

  recordRequest(latencyMs: number, answered: boolean): void {
    this.commons.recordRequest(latencyMs, answered);
  }

  directoryChanged(): void {
    this.commons.directoryChanged();
  }

  rootStopped(cause: string): void {
    this.commons.rootStopped(cause);
  }
}
