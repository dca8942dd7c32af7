/**
 * What the page does when workers are lost: killed by hand, stuck in a turn, or failed. Everything stands still for some tens
 * of milliseconds; then the actors of the lost workers live on others or are gone, as kernel/worker-lost.ts says, and empty
 * workers have taken their places.
 *
 *   standing still ──▶ settling (until nothing is under way) ──▶ other memory ──▶ the lost ones' successors start
 *     ──▶ survivors hear of the loss, one after another ──▶ successors take over ──▶ mail again, watches again ──▶ going on
 *
 * The lost workers are terminated first. They may go on for a while (PLATFORM: two seconds), but what they publish after the
 * cut is read by nobody, and from `other memory` on they share nothing with anybody. A survivor that does not answer in time
 * is lost as well, and gets a rescue of its own before the run goes on.
 */

import { COLUMN } from '../../kernel/actor-table.ts';
import { PlayhouseError } from '../../kernel/errors.ts';
import { NOBODY } from '../../kernel/kernel.ts';
import type { LostActors } from '../../kernel/worker-lost.ts';
import type { ControlCalls } from './control-calls.ts';
import type { DirectoryReader } from './directory-reader.ts';
import { countOn, type LostRoot, lostActorsOf, rowsOfNobody } from './lost-actors.ts';
import { CONTROL, WORKER_WORD } from './memory/layout.ts';
import { countersOf } from './memory/ring.ts';
import type { PageMemory } from './page-memory.ts';
import { stuckBefore } from './watchdog.ts';
import type { Cut } from './worker-control.ts';

/** Far more rounds than there can be anything under way. */
const SETTLING_ROUNDS_MAX = 10_000;
/** So many workers may be lost within a minute: beyond that something is wrong that no new worker mends. */
export const LOSSES_A_MINUTE_MAX = 200;

/** Why a worker is lost whose turn does not end. */
export const STUCK = 'did not come back from a turn';

export interface Loss {
  readonly worker: number;
  /** As a sentence without its subject: `was killed`. */
  readonly cause: string;
  /** Whether the actor that had a turn is to blame. */
  readonly isOfATurn?: boolean;
}

/** What a rescue needs of its engine. */
export interface RescueHost {
  readonly memory: PageMemory;
  readonly calls: ControlCalls;
  readonly directory: DirectoryReader;
  readonly rootPath: string;
  /** The run has ended meanwhile: there is nothing left to rescue. */
  isOver(): boolean;
  /** Ends the thread, as far as a page can. */
  terminate(worker: number): void;
  /** Starts another one in its place, with the memory as it is then; resolves when it can be called. */
  replace(worker: number): Promise<void>;
  /** The engine's views on memory that is not the page's own follow. */
  renewed(lost: readonly number[]): void;
  lost(loss: Loss, during: string | undefined, actors: number): void;
  joined(worker: number): void;
}

export class Rescue {
  private readonly host: RescueHost;
  private waiting: Loss[] = [];
  private underWay: Promise<void> | undefined;
  /** Rescues so far. */
  private era = 0;
  private times: number[] = [];
  /** Whose turn did not end, by worker. */
  private readonly culprits = new Map<number, string | undefined>();

  constructor(host: RescueHost) {
    this.host = host;
  }

  /** Resolves when nobody is being rescued. */
  async idle(): Promise<void> {
    while (this.underWay !== undefined) await this.underWay.catch(() => undefined);
  }

  /** A rescue is under way, or about to begin. */
  get isBusy(): boolean {
    return this.underWay !== undefined;
  }

  /**
   * Resolves when the run goes on without it.
   * @throws PlayhouseError where it cannot go on
   */
  lose(loss: Loss): Promise<void> {
    if (!this.waiting.some(({ worker }) => worker === loss.worker)) this.waiting.push(loss);
    this.underWay ??= this.run().finally(() => {
      this.underWay = undefined;
    });
    return this.underWay;
  }

  private async run(): Promise<void> {
    const { memory, calls } = this.host;
    for (let worker = 0; worker < memory.workers; worker++) calls.hold(worker, true);
    Atomics.store(memory.control, CONTROL.halted, 1);
    while (this.waiting.length > 0) await this.rescue(this.waiting.splice(0));
    Atomics.store(memory.control, CONTROL.halted, 0);
    for (let worker = 0; worker < memory.workers; worker++) {
      calls.hold(worker, false);
      calls.wake(worker);
    }
  }

  private async rescue(losses: Loss[]): Promise<void> {
    const { memory, calls } = this.host;
    for (const loss of losses) this.bid(loss);
    const survivors = await this.standStill(losses);
    const era = ++this.era;
    const lost = losses.map(({ worker }) => worker).sort((a, b) => a - b);
    const cuts = lost.map((worker) => this.cutsOf(worker, survivors));
    await this.settle(survivors, cuts);
    const inventories = await this.each(survivors, (worker) => calls.checked(worker, (one) => one.inventory(lost)));

    if (this.host.isOver()) throw new PlayhouseError('worker-lost', 'The run has ended.');
    // From here on the lost ones share nothing with anybody.
    memory.renew(lost);
    this.host.renewed(lost);
    await this.each(survivors, (worker) => calls.checked(worker, (one) => one.enter(memory.shared, lost)));
    const starting = Promise.all(lost.map((worker) => this.host.replace(worker)));
    // Looked at below; it may fail while somebody else is waited for.
    starting.catch(() => undefined);

    const { directory, rootPath } = this.host;
    const { actors, root } = lostActorsOf(memory, lost, inventories, (actor) => directory.pathOf(actor), rootPath);
    const freeRows = rowsOfNobody(memory, inventories);
    this.report(losses, actors);
    for (const worker of lost) {
      for (const survivor of survivors) {
        await this.attempt(survivor, () => calls.checked(survivor, (one) => one.loseWorker(worker, actors, era)));
      }
    }
    await starting;
    await this.succeed(lost, actors, root, freeRows, era);
    await this.each(survivors, (worker) => calls.checked(worker, (one) => one.sendAgain(actors)));
    await this.each([...survivors, ...lost], (worker) => calls.checked(worker, (one) => one.watchAgain(actors)));
    for (const worker of lost) this.host.joined(worker);
  }

  /** Its thread ends, and with it whatever it was asked. */
  private bid({ worker, cause, isOfATurn = false }: Loss): void {
    const now = performance.now();
    this.times = this.times.filter((time) => now - time < 60_000);
    this.times.push(now);
    if (this.times.length > LOSSES_A_MINUTE_MAX) {
      throw new PlayhouseError(
        'worker-lost',
        `Worker ${worker} ${cause}; ${this.times.length} were lost within a minute.`,
      );
    }
    if (isOfATurn) this.culprits.set(worker, this.hasTurn(worker));
    this.host.terminate(worker);
    this.host.calls.lose(worker, new PlayhouseError('worker-lost', `Worker ${worker} ${cause}.`));
    this.host.calls.hold(worker, true);
  }

  /** Those who do stand still; who does not is lost too. */
  private async standStill(losses: Loss[]): Promise<readonly number[]> {
    const { memory, calls } = this.host;
    const isLost = (worker: number): boolean => losses.some((loss) => loss.worker === worker);
    const others = Array.from({ length: memory.workers }, (_, worker) => worker).filter((worker) => !isLost(worker));
    await Promise.all(
      others.map(async (worker) => {
        const answer = calls.checked(worker, (one) => one.standStill());
        if (!(await stuckBefore(memory, worker, answer)) || isLost(worker)) return;
        const loss = { worker, cause: STUCK, isOfATurn: true };
        losses.push(loss);
        this.bid(loss);
      }),
    );
    // Lost by itself meanwhile: this rescue is for it as well.
    for (const loss of this.waiting.splice(0)) {
      if (isLost(loss.worker)) continue;
      losses.push(loss);
      this.bid(loss);
    }
    return others.filter((worker) => !isLost(worker));
  }

  /**
   * How far the rings from and to a lost worker have got, by survivor. What it has published is looked at first: a message that
   * it takes in between is lost with it, and never both handled and sent again.
   */
  private cutsOf(worker: number, survivors: readonly number[]): ReadonlyMap<number, Cut> {
    const { rings, workers } = this.host.memory.shared;
    const ring = (from: number, to: number) => countersOf(rings[from * workers + to] as SharedArrayBuffer);
    const tails = survivors.map((survivor) => ring(worker, survivor).tail);
    return new Map(
      survivors.map((survivor, index) => [
        survivor,
        { worker, tail: tails[index] as number, head: ring(survivor, worker).head },
      ]),
    );
  }

  private async settle(survivors: readonly number[], cuts: readonly ReadonlyMap<number, Cut>[]): Promise<void> {
    const { calls } = this.host;
    for (let round = 0; round < SETTLING_ROUNDS_MAX; round++) {
      const quiet = await this.each(survivors, (worker) => {
        const own = cuts.flatMap((cut) => cut.get(worker) ?? []);
        return calls.checked(worker, (one) => one.settle(own));
      });
      if (quiet.every(Boolean)) return;
    }
    throw new PlayhouseError('worker-lost', 'The other workers did not come to rest.');
  }

  private async succeed(
    lost: readonly number[],
    actors: LostActors,
    root: LostRoot | undefined,
    freeRows: Int32Array,
    era: number,
  ): Promise<void> {
    const { calls } = this.host;
    for (const [index, worker] of lost.entries()) {
      const succession = {
        // The unread are counted once.
        actors: index === 0 ? actors : withoutUnread(actors),
        root: root?.worker === worker ? root : undefined,
        freeRows: index === 0 ? freeRows : new Int32Array(0),
        era,
      };
      await calls.checked(worker, (one) => one.succeed(succession));
    }
  }

  private report(losses: readonly Loss[], actors: LostActors): void {
    for (const loss of losses) {
      this.host.lost(loss, this.culprits.get(loss.worker), countOn(this.host.memory, actors, loss.worker));
      this.culprits.delete(loss.worker);
    }
  }

  /** Who has a turn on a worker now. */
  private hasTurn(worker: number): string | undefined {
    const { memory, directory } = this.host;
    const id = memory.word(worker, WORKER_WORD.current);
    if (id === NOBODY) return undefined;
    return directory.pathOf({ id, generation: memory.table.get(id, COLUMN.generation) }) ?? `#${id}`;
  }

  /** Answers of all who are still there; who is lost on the way gets a rescue of its own. */
  private async each<T>(workers: readonly number[], call: (worker: number) => Promise<T>): Promise<T[]> {
    const answers = await Promise.all(workers.map((worker) => this.attempt(worker, () => call(worker))));
    return answers.flatMap((answer) => (answer === undefined ? [] : [answer.value]));
  }

  private async attempt<T>(worker: number, call: () => Promise<T>): Promise<{ readonly value: T } | undefined> {
    if (this.waiting.some((loss) => loss.worker === worker)) return undefined;
    try {
      return { value: await call() };
    } catch (thrown) {
      const isLoss = thrown instanceof PlayhouseError && thrown.code === 'worker-lost';
      if (!isLoss || this.host.isOver()) throw thrown;
      if (!this.waiting.some((loss) => loss.worker === worker)) {
        this.waiting.push({ worker, cause: 'did not answer while another one was replaced' });
      }
      return undefined;
    }
  }
}

function withoutUnread(actors: LostActors): LostActors {
  return new Map([...actors].map(([id, actor]) => [id, { ...actor, unread: 0 }]));
}
