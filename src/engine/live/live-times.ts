/** What the page reads of queue and service times, and of single messages while somebody looks at them. */
import { Registry } from '../../kernel/registry.ts';
import type { Scenario } from '../../kernel/scenario.ts';
import type { ActorTimes, MeasuredMessages, Observed, TimeReading } from '../engine.ts';
import type { DirectoryReader, Located } from './directory-reader.ts';
import { CONTROL, OBSERVE, type SharedMemory } from './memory/layout.ts';
import { emptyTimeCounts, TimeTable } from './memory/time-table.ts';
import { MessageCollector } from './message-collector.ts';
import type { PageMemory } from './page-memory.ts';

export class LiveTimes {
  private readonly memory: PageMemory;
  private readonly collector: MessageCollector;
  private readonly merged = emptyTimeCounts();
  private tables: readonly TimeTable[] = [];
  /** The memory that `tables` and the collector look at: it changes when a worker is replaced. */
  private bound: SharedMemory | undefined;
  private observed = 0;

  constructor(memory: PageMemory, directory: DirectoryReader, scenario: Scenario) {
    this.memory = memory;
    let kinds: readonly string[] | undefined;
    this.collector = new MessageCollector(
      (actor) => directory.pathOf(actor),
      (kind) => {
        // Numbered as in the workers; made when somebody looks for the first time.
        kinds ??= new Registry(scenario.behaviors).kinds.map((entry) => entry.kind);
        return kinds[kind] ?? '';
      },
    );
  }

  /** Before every look: memory may have taken the place of other. */
  private bind(): void {
    const { shared, control } = this.memory;
    if (this.bound === shared) return;
    this.bound = shared;
    this.tables = shared.times.map((buffer) => new TimeTable(buffer));
    this.collector.bind(shared.messages);
    Atomics.store(control, CONTROL.observe, this.observed);
  }

  /** Of all messages of all workers. */
  take(): TimeReading {
    this.bind();
    const { queue, service } = this.merged;
    queue.fill(0);
    service.fill(0);
    let samples = 0;
    for (const table of this.tables) samples += table.addWorkerTo(this.merged);
    return { queueCounts: queue, serviceCounts: service, samples };
  }

  /** Of one actor, wherever it has lived. */
  of(actor: Located): ActorTimes {
    this.bind();
    const into = emptyTimeCounts();
    let samples = 0;
    for (const table of this.tables) samples += table.addActorTo(into, actor);
    if (samples > 0) return { kind: 'measured', queueCounts: into.queue, serviceCounts: into.service, samples };
    const here = this.tables[actor.worker];
    if (here === undefined || here.refused === 0) return { kind: 'none' };
    return { kind: 'no-slot', actorsMax: this.tables.reduce((sum, { actorsMax }) => sum + actorsMax, 0) };
  }

  observe({ messages }: Observed): void {
    this.bind();
    const before = this.observed;
    this.observed = messages ? OBSERVE.messages : 0;
    if (before === 0 && this.observed !== 0) this.collector.bind(this.memory.shared.messages);
    Atomics.store(this.memory.control, CONTROL.observe, this.observed);
  }

  /** Takes in what the workers have written since the last look. */
  collect(): void {
    this.bind();
    if (this.observed !== 0) this.collector.drain();
  }

  messages(from: number): MeasuredMessages {
    this.collect();
    return this.collector.since(from);
  }
}
