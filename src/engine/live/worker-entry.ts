/** The worker's side of the control calls: one kernel and one loop, made by `boot`. */
import type { Result } from '../../base/result.ts';
import type { ActorNames } from '../../kernel/actor-table.ts';
import { type Cell, namesOf } from '../../kernel/cell.ts';
import { type ErrorReport, PlayhouseError } from '../../kernel/errors.ts';
import type { ActorFault } from '../../kernel/fault.ts';
import { checkOutsideMessage } from '../../kernel/from-outside.ts';
import { injectFault } from '../../kernel/inject.ts';
import { Kernel } from '../../kernel/kernel.ts';
import type { AnyMessage } from '../../kernel/ref.ts';
import { Registry } from '../../kernel/registry.ts';
import type { Scenario } from '../../kernel/scenario.ts';
import { spawnRoot } from '../../kernel/spawn.ts';
import { answering, type ScenarioResolver } from '../control/answering.ts';
import { generateCodecs } from './memory/codec.ts';
import { LIVE_LIMITS } from './memory/layout.ts';
import type { BootOptions, Directory, Target, WorkerControl } from './worker-control.ts';
import { WorkerHost } from './worker-host.ts';
import { WorkerLoop } from './worker-loop.ts';

export class LiveWorker implements WorkerControl {
  private readonly resolve: ScenarioResolver;
  private scenario: Scenario | undefined;
  private host: WorkerHost | undefined;
  private kernel: Kernel | undefined;

  constructor(resolve: ScenarioResolver) {
    this.resolve = resolve;
  }

  boot(options: BootOptions): Promise<Result<null, ErrorReport>> {
    return answering(async () => {
      this.scenario = await this.resolve(options.scenario);
      const registry = new Registry(this.scenario.behaviors);
      const codecs = generateCodecs(registry);
      const { memory, worker, seed, settings, parameterNames } = options;
      this.host = new WorkerHost(memory, worker, seed, settings, parameterNames, codecs);
      this.kernel = new Kernel(this.host, registry);
      const loop = new WorkerLoop(memory, this.kernel, this.host, settings, codecs);
      // A bug in the runtime must reach the page as a worker error, not vanish in a promise.
      loop.run().catch((thrown: unknown) => setTimeout(() => reportBug(thrown)));
      return null;
    });
  }

  startRoot(): Promise<Result<null, ErrorReport>> {
    return answering(() => {
      const { root } = this.scenario ?? notStarted();
      spawnRoot(this.running, root.behavior.name, root.name, root.args);
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
      injectFault(this.running, this.cell(target), fault);
      return null;
    });
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
