/**
 * A live run on one thread, driven by hand: the live engine's own hosts, kernels, loops, rings and survivors, and the stages
 * of a rescue as rescue.ts has them. A test says who runs, what is published and what is taken in, and when: so it can lose
 * a worker while something is just where it wants it to be.
 */
import { adoptRoot } from '../../../kernel/adoption.ts';
import type { AnyBehavior } from '../../../kernel/behavior.ts';
import type { Cell } from '../../../kernel/cell.ts';
import { IDS_PER_BLOCK } from '../../../kernel/host.ts';
import { Kernel } from '../../../kernel/kernel.ts';
import { handOver } from '../../../kernel/moving.ts';
import type { AnyMessage, Ref } from '../../../kernel/ref.ts';
import { Registry } from '../../../kernel/registry.ts';
import { spawnRoot } from '../../../kernel/spawn.ts';
import { abandonUnread, buryLost } from '../../../kernel/worker-lost.ts';
import { LIVE_SETTINGS, type LiveSettings } from '../../live-settings.ts';
import { lostActorsOf, rowsOfNobody } from '../lost-actors.ts';
import { generateCodecs } from '../memory/codec.ts';
import { allocateSharedMemory } from '../memory/layout.ts';
import { countersOf } from '../memory/ring.ts';
import { PageMemory } from '../page-memory.ts';
import { Survivor } from '../survivor.ts';
import type { Cut } from '../worker-control.ts';
import { WorkerHost } from '../worker-host.ts';
import { WorkerLoop } from '../worker-loop.ts';

export interface ClusterWorker {
  readonly host: WorkerHost;
  readonly kernel: Kernel;
  readonly loop: WorkerLoop;
  readonly survivor: Survivor;
}

export interface Found extends ClusterWorker {
  readonly worker: number;
  readonly cell: Cell;
}

export interface ClusterOptions {
  readonly workers?: number;
  readonly settings?: Partial<LiveSettings>;
}

/** More rounds than any test needs until nothing moves. */
const ROUNDS_MAX = 10_000;
/** Nobody looks at queue and service times here. */
const MEASURED_ACTORS = 8;

export class Cluster {
  readonly page: PageMemory;
  readonly workers: ClusterWorker[];
  private readonly registry: Registry;
  private readonly settings: LiveSettings;
  /** Whoever was there when everything was at rest, by id: a page knows no more than that. */
  private readonly paths = new Map<number, string>();
  private era = 0;
  /** What lost workers had counted. */
  private retired = 0;

  constructor(behaviors: readonly AnyBehavior[], { workers = 3, settings = {} }: ClusterOptions) {
    this.settings = { ...LIVE_SETTINGS, stealing: false, ...settings };
    const { ringSlots, mailboxCapacity } = this.settings;
    this.registry = new Registry(behaviors, mailboxCapacity);
    // Twice what is used at first: successors claim rows of their own.
    const rows = workers * IDS_PER_BLOCK * 2;
    this.page = new PageMemory(allocateSharedMemory(workers, rows, ringSlots, MEASURED_ACTORS));
    this.page.clock.start();
    this.workers = Array.from({ length: workers }, (_, worker) => this.boot(worker));
  }

  private boot(worker: number): ClusterWorker {
    const { registry, settings } = this;
    const { shared } = this.page;
    const codecs = generateCodecs(registry);
    const host = new WorkerHost(shared, worker, 1, settings, [], codecs);
    const kernel = new Kernel(host, registry);
    const loop = new WorkerLoop(shared, kernel, host, settings, codecs);
    return { host, kernel, loop, survivor: new Survivor(kernel, host, loop, codecs, settings) };
  }

  at(worker: number): ClusterWorker {
    return this.workers[worker] as ClusterWorker;
  }

  /** Starts the root, on worker 0. */
  start(behavior: string): void {
    spawnRoot(this.at(0).kernel, behavior, 'root', undefined);
    this.settle();
  }

  /** So many turns of one worker. What it sends stays unpublished. */
  run(worker: number, turns = 1_000_000, batch = 64): void {
    const { host, kernel } = this.at(worker);
    host.forgetTime();
    kernel.run(turns, batch);
  }

  /** It is so much later, and one worker notices, without running anybody. */
  late(worker: number, ms: number): void {
    const { host, kernel } = this.at(worker);
    host.forgetTime();
    kernel.advance(host.now() + ms);
  }

  /** What one worker has sent, to everybody or to one, is there to be taken in. */
  publish(from: number, to?: number): void {
    const { postboxes } = this.at(from).host;
    for (const [worker, postbox] of postboxes.entries()) if (to === undefined || worker === to) postbox?.flush();
  }

  /** One worker takes in all that is published; how much it was. */
  receive(worker: number): number {
    return this.at(worker).loop.receiveAll();
  }

  /** Up to so much of each ring. */
  receiveSome(worker: number, perRing: number): void {
    this.at(worker).loop['inbox'].receive(perRing);
  }

  /** What was sent is published, and whoever waited for room goes on. */
  sendOut(worker: number): void {
    this.at(worker).loop['sendOut']();
  }

  /** Rounds of all workers until nothing moves. */
  settle(): void {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      let moved = 0;
      for (const [worker, { host, kernel }] of this.workers.entries()) {
        moved += this.receive(worker) + kernel.readyCount;
        this.run(worker);
        if (host.postboxes.some((postbox) => postbox?.hasUnsent)) moved++;
        this.sendOut(worker);
      }
      if (moved > 0) continue;
      for (const { ref, path } of this.cells()) this.paths.set(ref.id, path);
      return;
    }
    throw new Error('This cluster never comes to rest.');
  }

  cells(): readonly Cell[] {
    return this.workers.flatMap(({ kernel }) => kernel.cells.filter((cell) => cell !== undefined));
  }

  /** Where an actor is; undefined while it is on its way, and when it is gone. */
  where(ref: Ref): Found | undefined {
    for (const [worker, one] of this.workers.entries()) {
      const cell = one.kernel.cellOf(ref);
      if (cell !== undefined) return { ...one, worker, cell };
    }
    return undefined;
  }

  find(path: string): Found {
    const cell = this.cells().find((each) => each.path === path);
    const found = cell && this.where(cell.ref);
    if (found === undefined) throw new Error(`There is no ${path}.`);
    return found;
  }

  /** Puts a message into a mailbox, without running anything. */
  post(path: string, message: AnyMessage & Readonly<Record<string, unknown>>): void {
    const { kernel, cell } = this.find(path);
    kernel.receiveMessage(cell.ref, message);
  }

  /** False when it stays. */
  move(path: string, to: number): boolean {
    const { kernel, cell } = this.find(path);
    return handOver(kernel, cell, to);
  }

  /** A worker is lost as it is, with what it has not published; nobody has a turn until another one is in its place. */
  lose(worker: number): void {
    const { page } = this;
    const era = ++this.era;
    const lost = [worker];
    const others = this.workers.flatMap((one, index) => (index === worker ? [] : [{ ...one, index }]));
    const cuts = others.map(({ index }) => this.cutOf(worker, index));
    for (let round = 0, isQuiet = false; !isQuiet; round++) {
      if (round === ROUNDS_MAX) throw new Error('The other workers never come to rest.');
      isQuiet = others.map(({ survivor }, place) => survivor.settle([cuts[place] as Cut])).every(Boolean);
    }
    const inventories = others.map(({ survivor }) => survivor.inventory(lost));
    page.renew(lost);
    for (const { survivor } of others) survivor.enter(page.shared, lost);
    this.retired += this.at(worker).kernel.deadLetters.count;
    this.workers[worker] = this.boot(worker);
    const { actors, root } = lostActorsOf(page, lost, inventories, ({ id }) => this.paths.get(id), '/root');
    const freeRows = rowsOfNobody(page, inventories);
    for (const { survivor } of others) survivor.lose(worker, actors, era);
    const { kernel } = this.at(worker);
    kernel.ids.takeOver(freeRows);
    kernel.whereabouts.begin(era);
    const ref = root && kernel.refOf(root.ref.id);
    if (root !== undefined && ref !== undefined) adoptRoot(kernel, { ...root, ref }, undefined);
    buryLost(kernel, actors);
    abandonUnread(kernel, actors);
    for (const { survivor } of others) survivor.sendAgain(actors);
    for (const { survivor } of this.workers) survivor.watchAgain(actors);
  }

  /** How far the rings between a lost worker and another one have got. */
  private cutOf(worker: number, other: number): Cut {
    const { rings, workers } = this.page.shared;
    const ring = (from: number, to: number) => countersOf(rings[from * workers + to] as SharedArrayBuffer);
    return { worker, tail: ring(worker, other).tail, head: ring(other, worker).head };
  }

  get deadLetters(): number {
    return this.workers.reduce((sum, { kernel }) => sum + kernel.deadLetters.count, this.retired);
  }

  /** Rows that are in two pools, or in one while somebody lives in them; none, as it should be. */
  strays(): readonly number[] {
    const times = new Map(this.cells().map(({ ref }) => [ref.id, 1]));
    const pooled = this.workers.flatMap(({ kernel }) => [...kernel.ids.all()]);
    for (const id of pooled) times.set(id, (times.get(id) ?? 0) + 1);
    return [...times].flatMap(([id, count]) => (count === 1 ? [] : [id]));
  }
}
