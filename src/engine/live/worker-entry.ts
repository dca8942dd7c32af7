/** The worker's side of the control calls: one kernel and one loop, made by `boot`. */
import type { Result } from '../../base/result.ts';
import type { ActorNames } from '../../kernel/actor-table.ts';
import { adoptRoot } from '../../kernel/adoption.ts';
import { type Cell, namesOf } from '../../kernel/cell.ts';
import { type ErrorReport, PlayhouseError } from '../../kernel/errors.ts';
import type { ActorFault } from '../../kernel/fault.ts';
import { checkOutsideMessage } from '../../kernel/from-outside.ts';
import { checkFits, injectFault } from '../../kernel/inject.ts';
import { Kernel } from '../../kernel/kernel.ts';
import type { AnyMessage } from '../../kernel/ref.ts';
import { Registry } from '../../kernel/registry.ts';
import type { Scenario } from '../../kernel/scenario.ts';
import { spawnRoot } from '../../kernel/spawn.ts';
import { abandonUnread, buryLost, type LostActors } from '../../kernel/worker-lost.ts';
import { answering, type ScenarioResolver } from '../control/answering.ts';
import { generateCodecs } from './memory/codec.ts';
import type { SharedMemory } from './memory/layout.ts';
import { LIVE_LIMITS } from './memory/layout.ts';
import { payloadBytesMax } from './memory/ring.ts';
import type { Recorder } from './recorder.ts';
import { recordingKernel } from './recording-kernel.ts';
import { browserStorage } from './storage/browser-storage.ts';
import { Survivor } from './survivor.ts';
import type { BootOptions, Cut, Directory, Inventory, Succession, Target, WorkerControl } from './worker-control.ts';
import { WorkerHost } from './worker-host.ts';
import { WorkerLoop } from './worker-loop.ts';

/** What a message has beside the event or the snapshot that it brings. */
const ENVELOPE_BYTES = 256;

export class LiveWorker implements WorkerControl {
  private readonly resolve: ScenarioResolver;
  private scenario: Scenario | undefined;
  private host: WorkerHost | undefined;
  private kernel: Kernel | undefined;
  private recorder: Recorder | undefined;
  private survivor: Survivor | undefined;

  constructor(resolve: ScenarioResolver) {
    this.resolve = resolve;
  }

  boot(options: BootOptions): Promise<Result<null, ErrorReport>> {
    return answering(async () => {
      this.scenario = await this.resolve(options.scenario);
      const registry = new Registry(this.scenario.behaviors, options.settings.mailboxCapacity);
      const codecs = generateCodecs(registry);
      const { memory, worker, seed, settings, parameterNames } = options;
      const host = new WorkerHost(memory, worker, seed, settings, parameterNames, codecs);
      this.host = host;
      const valueBytesMax = payloadBytesMax(settings.ringSlots) - ENVELOPE_BYTES;
      this.host.storage = browserStorage({ scenario: options.scenario, run: options.run }, valueBytesMax);
      const recorded = options.recording && recordingKernel(host, registry, options.recording);
      this.recorder = recorded?.recorder;
      this.kernel = recorded ?? new Kernel(host, registry);
      const loop = new WorkerLoop(memory, this.kernel, host, settings, codecs);
      loop.recorder = this.recorder;
      this.survivor = new Survivor(this.kernel, this.host, loop, codecs, settings);
      // A bug in the runtime must reach the page as a worker error, not vanish in a promise.
      loop.run().catch((thrown: unknown) => setTimeout(() => reportBug(thrown)));
      return null;
    });
  }

  startRoot(): Promise<Result<null, ErrorReport>> {
    return answering(() => {
      const { root } = this.scenario ?? notStarted();
      const start = (): unknown => spawnRoot(this.running, root.behavior.name, root.name, root.args);
      if (this.recorder === undefined) start();
      else this.recorder.root(start);
      return null;
    });
  }

  directory(): Promise<Directory> {
    const { cells, living } = this.running;
    const entries: ActorNames[] = [];
    for (const cell of cells) {
      if (cell === undefined) continue;
      if (entries.length === LIVE_LIMITS.directoryMax) break;
      entries.push(namesOf(cell));
    }
    entries.push(...this.running.whereabouts.leavers());
    return Promise.resolve({ version: this.host?.directoryVersion ?? 0, entries, living });
  }

  state(target: Target): Promise<Result<unknown, ErrorReport>> {
    return answering(() => structuredClone(this.cell(target).state));
  }

  send(target: Target, message: AnyMessage): Promise<Result<null, ErrorReport>> {
    return answering(() => {
      const cell = this.cell(target);
      checkOutsideMessage(message);
      this.running.registry.checkedStrictly(cell.entry, message);
      this.running.receiveMessage(cell.ref, message);
      return null;
    });
  }

  inject(target: Target, fault: ActorFault): Promise<Result<null, ErrorReport>> {
    return answering(() => {
      const cell = this.cell(target);
      checkFits(cell, fault);
      const inject = (): void => injectFault(this.running, cell, fault);
      if (this.recorder === undefined) inject();
      else this.recorder.fault(target, fault, inject);
      return null;
    });
  }

  // ── When another worker was lost ──────────────────────────────────────────────────────────────────────────────────

  standStill(): Promise<Result<null, ErrorReport>> {
    // Calls are answered between rounds, and the page has seen to it that there are no more of those.
    return answering(() => null);
  }

  settle(cuts: readonly Cut[]): Promise<Result<boolean, ErrorReport>> {
    return answering(() => this.surviving.settle(cuts));
  }

  inventory(lost: readonly number[]): Promise<Result<Inventory, ErrorReport>> {
    return answering(() => this.surviving.inventory(lost));
  }

  enter(memory: SharedMemory, lost: readonly number[]): Promise<Result<null, ErrorReport>> {
    return answering(() => {
      this.surviving.enter(memory, lost);
      return null;
    });
  }

  loseWorker(worker: number, actors: LostActors, era: number): Promise<Result<null, ErrorReport>> {
    return answering(() => {
      this.surviving.lose(worker, actors, era);
      return null;
    });
  }

  succeed({ actors, root, freeRows, era }: Succession): Promise<Result<null, ErrorReport>> {
    return answering(() => {
      const kernel = this.running;
      kernel.ids.takeOver(freeRows);
      kernel.whereabouts.begin(era);
      // Its row knows its behavior, and so its protocol; the page does not.
      const ref = root && kernel.refOf(root.ref.id);
      if (root !== undefined && ref !== undefined) adoptRoot(kernel, { ...root, ref }, this.scenario?.root.args);
      buryLost(kernel, actors);
      abandonUnread(kernel, actors);
      return null;
    });
  }

  sendAgain(actors: LostActors): Promise<Result<null, ErrorReport>> {
    return answering(() => {
      this.surviving.sendAgain(actors);
      return null;
    });
  }

  watchAgain(actors: LostActors): Promise<Result<null, ErrorReport>> {
    return answering(() => {
      this.surviving.watchAgain(actors);
      return null;
    });
  }

  private get surviving(): Survivor {
    return this.survivor ?? notStarted();
  }

  private get running(): Kernel {
    return this.kernel ?? notStarted();
  }

  private cell({ id, generation }: Target): Cell {
    const cell = this.running.cells[id];
    if (cell?.ref.generation === generation) return cell;
    throw new PlayhouseError('actor-not-found', `Actor #${id} is not there any more.`, 'path');
  }
}

function notStarted(): never {
  throw new PlayhouseError('not-started', 'The worker has not been booted.');
}

function reportBug(thrown: unknown): never {
  throw thrown;
}
