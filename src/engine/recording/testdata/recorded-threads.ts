/**
 * A recorded run on the live engine's own hosts, loops, rings and kernels, with all of its workers on one thread: a round of
 * one of them after a round of another, in an order that a seed gives.
 */
import { nextRandom, seedRandom } from '../../../base/random.ts';
import type { Fault } from '../../../kernel/fault.ts';
import { isActorFault } from '../../../kernel/fault.ts';
import { injectFault } from '../../../kernel/inject.ts';
import type { AnyMessage } from '../../../kernel/ref.ts';
import { Registry } from '../../../kernel/registry.ts';
import type { Scenario } from '../../../kernel/scenario.ts';
import { spawnRoot } from '../../../kernel/spawn.ts';
import { LiveClock } from '../../live/clock.ts';
import { LiveRecording } from '../../live/live-recording.ts';
import { generateCodecs } from '../../live/memory/codec.ts';
import { allocateSharedMemory } from '../../live/memory/layout.ts';
import { type RecordingKernel, recordingKernel } from '../../live/recording-kernel.ts';
import { WorkerHost } from '../../live/worker-host.ts';
import { WorkerLoop } from '../../live/worker-loop.ts';
import { LIVE_SETTINGS, type LiveSettings } from '../../live-settings.ts';

export interface RecordedThreadsOptions {
  readonly scenario: Scenario;
  readonly workers: number;
  readonly seed: number;
  readonly settings?: Partial<LiveSettings>;
}

const ROWS = 4_096;

export class RecordedThreads {
  readonly kernels: readonly RecordingKernel[];
  readonly recording: LiveRecording;
  private readonly loops: readonly WorkerLoop[];
  private readonly chance;
  private readonly clock: LiveClock;
  private readonly parameters: Float64Array;
  private readonly names: readonly string[];

  constructor({ scenario, workers, seed, settings = {} }: RecordedThreadsOptions) {
    const memory = allocateSharedMemory(workers, ROWS);
    const all = { ...LIVE_SETTINGS, stealing: false, ...settings };
    this.clock = new LiveClock(memory.control, memory.clock);
    this.clock.start();
    this.names = Object.keys(scenario.parameters);
    const parameters = Object.fromEntries(this.names.map((name) => [name, scenario.parameters[name]?.default ?? 0]));
    this.parameters = new Float64Array(memory.parameters);
    for (const [place, name] of this.names.entries()) this.parameters[place] = parameters[name] ?? 0;
    this.recording = new LiveRecording({
      scenario: scenario.id,
      parameters,
      workers,
      seed,
      actorRows: ROWS,
      mailboxCapacity: all.mailboxCapacity,
    });
    const registry = new Registry(scenario.behaviors, all.mailboxCapacity);
    const codecs = generateCodecs(registry);
    const hosts = Array.from(
      { length: workers },
      (_, worker) => new WorkerHost(memory, worker, seed, all, this.names, codecs),
    );
    this.kernels = hosts.map((host) => recordingKernel(host, registry, this.recording.start));
    this.loops = hosts.map((host, worker) => {
      const kernel = this.kernels[worker] as RecordingKernel;
      const loop = new WorkerLoop(memory, kernel, host, all, codecs);
      loop.recorder = kernel.recorder;
      return loop;
    });
    this.chance = seedRandom(seed);
    const root = this.kernels[0] as RecordingKernel;
    const { behavior, name, args } = scenario.root;
    root.recorder.root(() => spawnRoot(root, behavior.name, name, args));
  }

  /** So many rounds of workers by chance. */
  rounds(count: number): void {
    for (let round = 0; round < count; round++) {
      const worker = Math.floor(nextRandom(this.chance) * this.loops.length);
      this.loops[worker]?.['round']();
    }
  }

  /** Rounds for so long. */
  runFor(ms: number): void {
    const endMs = performance.now() + ms;
    while (performance.now() < endMs) this.rounds(8);
  }

  find(path: string) {
    for (const kernel of this.kernels) {
      for (const cell of kernel.cells) if (cell?.path === path) return { kernel, cell };
    }
    return undefined;
  }

  /** As the page does it. False where there is no such actor now. */
  inject(fault: Fault): boolean {
    if (fault.kind === 'set-parameter') {
      this.parameters[this.names.indexOf(fault.name)] = fault.value;
      this.recording.note(this.clock.now(), fault);
      return true;
    }
    const found = isActorFault(fault) ? this.find(fault.path) : undefined;
    if (found === undefined || !isActorFault(fault)) return false;
    const { kernel, cell } = found;
    kernel.recorder.fault(cell.ref, fault, () => injectFault(kernel, cell, fault));
    return true;
  }

  send(path: string, message: AnyMessage): boolean {
    const found = this.find(path);
    found?.kernel.receiveMessage(found.cell.ref, message);
    return found !== undefined;
  }
}
