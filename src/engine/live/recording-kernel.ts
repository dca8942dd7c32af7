/** A worker's kernel while its run is recorded: what it is fed from outside, and which turns it takes, is written down. */
import type { Cell, Deadline } from '../../kernel/cell.ts';
import type { Host } from '../../kernel/host.ts';
import { Kernel } from '../../kernel/kernel.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import type { Registry } from '../../kernel/registry.ts';
import type { LocalSignal, Signal, SpawnRequest } from '../../kernel/signal.ts';
import { codeOfMessage, codeOfSignal } from '../recording/events.ts';
import { Recorder } from './recorder.ts';
import { RecordingHost } from './recording-host.ts';
import type { RecordedStart } from './recording-memory.ts';
import type { WorkerHost } from './worker-host.ts';

/** A kernel on that host which records what it does. */
export function recordingKernel(host: WorkerHost, registry: Registry, start: RecordedStart): RecordingKernel {
  const recorder = new Recorder(start.memory, host.worker, () => host.clock.now());
  return new RecordingKernel(new RecordingHost(host, recorder, new Map(start.parameters)), registry, recorder);
}

export class RecordingKernel extends Kernel {
  readonly recorder: Recorder;

  constructor(host: Host, registry: Registry, recorder: Recorder) {
    super(host, registry);
    this.recorder = recorder;
  }

  // ── Receiving ───────────────────────────────────────────────────────────────────────────────────────────────────

  override enqueue(cell: Cell, message: AnyMessage, sender: number): void {
    if (this.recorder.depth > 0) return super.enqueue(cell, message, sender);
    this.receives(() => super.enqueue(cell, message, sender));
  }

  override receiveMessage(to: Ref, message: AnyMessage, sender = -1): void {
    const { recorder } = this;
    if (recorder.depth > 0) return super.receiveMessage(to, message, sender);
    if (recorder.from >= 0) return this.receives(() => super.receiveMessage(to, message, sender));
    recorder.send(to, message, () => super.receiveMessage(to, message, sender));
  }

  override receiveSignal(to: Ref, signal: Signal): void {
    if (this.recorder.depth > 0) return super.receiveSignal(to, signal);
    this.receives(() => super.receiveSignal(to, signal));
  }

  override receiveSpawn(request: SpawnRequest): Cell {
    if (this.recorder.depth > 0) return super.receiveSpawn(request);
    return this.receives(() => super.receiveSpawn(request));
  }

  private receives<T>(act: () => T): T {
    const { recorder } = this;
    if (!recorder.isOn) return act();
    // Nothing but rings feeds a worker as long as all of them live.
    if (recorder.from < 0) {
      recorder.giveUp('worker-lost', () => undefined);
      return act();
    }
    recorder.begin();
    recorder.track.received(recorder.from);
    return recorder.within(act);
  }

  override wayFree(worker: number): void {
    const { recorder } = this;
    if (recorder.isOn) {
      recorder.begin();
      recorder.track.wayFree(worker);
    }
    recorder.within(() => super.wayFree(worker));
  }

  // ── Running ─────────────────────────────────────────────────────────────────────────────────────────────────────

  override advance(nowMs: number): void {
    const { recorder } = this;
    if (!recorder.isOn) return super.advance(nowMs);
    if (this.nextDueMs() > nowMs) return;
    recorder.begin();
    recorder.track.advanceStarts(nowMs);
    recorder.within(() => super.advance(nowMs));
    recorder.track.advanceEnds();
  }

  override fire(deadline: Deadline, nowMs: number): void {
    if (this.recorder.isOn) this.recorder.track.fired();
    super.fire(deadline, nowMs);
  }

  override run(turns: number, batch: number): number {
    const { recorder } = this;
    if (!recorder.isOn || !this.hasWork) return super.run(turns, batch);
    recorder.begin();
    return recorder.within(() => super.run(turns, batch));
  }

  protected override runCell(cell: Cell, batch: number): number {
    const { recorder } = this;
    if (!recorder.isOn) return super.runCell(cell, batch);
    recorder.track.batchStarts(cell.ref.id);
    const taken = super.runCell(cell, batch);
    recorder.track.batchEnds(taken, taken === batch);
    return taken;
  }

  protected override handleSignal(cell: Cell, signal: LocalSignal): void {
    if (this.recorder.isOn) this.recorder.track.turn(codeOfSignal(signal.type));
    super.handleSignal(cell, signal);
  }

  protected override handleMessage(cell: Cell, message: AnyMessage): void {
    if (this.recorder.isOn) this.recorder.track.turn(codeOfMessage(indexOfKind(cell, message)));
    super.handleMessage(cell, message);
  }
}

/** −1 for what a fault has sent. */
export function indexOfKind({ entry }: Cell, { kind }: AnyMessage): number {
  return entry.protocol.kinds.get(kind)?.index ?? -1;
}
