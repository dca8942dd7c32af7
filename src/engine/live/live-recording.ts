/** A recording as the page sees it while it is made, and takes it when it is wanted. */
import type { Fault } from '../../kernel/fault.ts';
import {
  RECORDING_LIMITS,
  type RecordedRun,
  type Recording,
  type RecordingEnd,
  type RecordingReading,
} from '../recording.ts';
import { allocateRecording, type RecordedStart, RecordingBlock, type RecordingMemory } from './recording-memory.ts';

type RunOf = Pick<Recording, 'scenario' | 'parameters' | 'workers' | 'seed' | 'actorRows' | 'mailboxCapacity'>;

export class LiveRecording implements RecordedRun {
  private readonly run: RunOf;
  private readonly memory: RecordingMemory;
  private readonly block: RecordingBlock;
  private readonly faults: { readonly atMs: number; readonly fault: Fault }[] = [];

  constructor(run: RunOf) {
    this.run = run;
    this.memory = allocateRecording(run.workers);
    this.block = new RecordingBlock(this.memory);
  }

  /** What each worker has to know. */
  get start(): RecordedStart {
    return { memory: this.memory, parameters: Object.entries(this.run.parameters) };
  }

  /** Something was done to all workers at once. */
  note(atMs: number, fault: Fault): void {
    if (this.block.isOver) return;
    this.faults.push({ atMs, fault });
    if (this.faults.length >= RECORDING_LIMITS.faultsMax) this.block.endFor('full');
  }

  /** Whatever happens from here on is not recorded. */
  end(reason: RecordingEnd): void {
    this.block.endFor(reason);
  }

  read(): RecordingReading {
    const { turns, bytes, end } = this.block;
    return { turns, bytes, end };
  }

  /** What was recorded so far; ends the recording. */
  take(): Recording {
    this.end('stopped');
    const { run, block, faults } = this;
    const tracks = Array.from({ length: run.workers }, (_, worker) => block.track(worker));
    return { ...run, turns: block.turns, end: block.end ?? 'stopped', faults: [...faults], tracks };
  }
}
