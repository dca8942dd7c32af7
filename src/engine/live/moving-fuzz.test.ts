/**
 * Actors that tell and ask each other while they move from worker to worker over small rings, with and without workers that
 * are lost in the midst of it: turns, what is published and what is taken in are chosen at random.
 */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { nextRandom, seedRandom } from '../../base/random.ts';
import { COLUMN, STATUS } from '../../kernel/actor-table.ts';
import type { AnyBehavior, OverflowStrategy } from '../../kernel/behavior.ts';
import { actor } from '../../kernel/definition.ts';
import { handOver } from '../../kernel/moving.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import { type MessageOf, t } from '../../kernel/schema.ts';
import type { LiveSettings } from '../live-settings.ts';
import { Cluster, type Found } from './testdata/cluster.ts';

beforeAll(() => void vi.stubGlobal('navigator', { hardwareConcurrency: 2 }));

const RUNS = Number(process.env['RUNS'] ?? 25);
const FIRST = Number(process.env['SEED'] ?? 1);
const timeout = 60_000 + RUNS * 400;

const ACTORS = 6;
const STEPS = 400;
const LONG_MS = 1_000_000_000;

const AnswerProtocol = { Answer: {} } as const;

const PeerProtocol = {
  /** Tell so many messages to that peer; with a text so long, or without one. */
  Go: { to: t.int32, count: t.int32, length: t.int32 },
  /** `n` counts what one has sent to the other, of either kind. */
  Short: { from: t.int32, n: t.int32 },
  Long: { from: t.int32, n: t.int32, text: t.string },
  AskFor: { to: t.int32 },
  Query: { replyTo: t.ref(AnswerProtocol) },
} as const;

type PeerRef = Ref<MessageOf<typeof PeerProtocol>>;
type Numbered = Pick<MessageOf<typeof PeerProtocol, 'Short'>, 'from' | 'n'>;

interface FuzzOptions {
  readonly settings: Partial<LiveSettings>;
  readonly overflow: OverflowStrategy;
  readonly capacity: number;
}

interface RunOptions extends FuzzOptions {
  readonly seed: number;
  readonly workers: number;
  readonly isLosing: boolean;
}

const square = (): number[][] => Array.from({ length: ACTORS }, () => new Array<number>(ACTORS).fill(0));

class Fuzz {
  moves = 0;
  losses = 0;
  private readonly problems: string[] = [];
  private readonly cluster: Cluster;
  private readonly options: RunOptions;
  private readonly random;
  private readonly refs: PeerRef[] = [];
  /** How many messages one has told another, and which number comes next. */
  private readonly sent = square();
  private readonly next = square();
  private told = 0;
  private handled = 0;
  private asked = 0;
  private answered = 0;

  constructor(options: RunOptions) {
    this.options = options;
    this.random = seedRandom(options.seed);
    this.cluster = new Cluster(this.cast(), options);
    this.cluster.start('Top');
  }

  private cast(): readonly AnyBehavior[] {
    const mine = this;
    const { overflow, capacity } = this.options;
    const peer = actor('Peer', {
      protocol: PeerProtocol,
      mailbox: { capacity, overflow },
      state: ({ number }: { readonly number: number }) => ({ number, nested: { list: [1, { text: 'ü' }] } }),
      on: {
        Go({ number: from }, { to, count, length }, ctx) {
          for (let left = count; left > 0; left--) {
            const n = mine.count(from, to);
            if (length === 0) ctx.tell(mine.ref(to), { kind: 'Short', from, n });
            else ctx.tell(mine.ref(to), { kind: 'Long', from, n, text: 'x'.repeat(length) });
          }
        },
        Short: ({ number }, message) => mine.took(number, message),
        Long: ({ number }, message) => mine.took(number, message),
        AskFor(_state, { to }, ctx) {
          mine.asked++;
          ctx.ask(mine.ref(to), { kind: 'Query' }, { reply: 'Answered', timeoutMs: LONG_MS });
        },
        Query: (_state, { replyTo }, ctx) => ctx.tell(replyTo, { kind: 'Answer' }),
      },
      replies: { Answered: () => void mine.answered++ },
    });
    const top = actor('Top', {
      protocol: {},
      supervision: { intensity: 1_000, periodMs: 1 },
      state: () => ({}),
      on: {},
      signals: {
        preStart(_state, ctx) {
          for (let number = 0; number < ACTORS; number++) {
            mine.refs.push(ctx.spawn(peer, { args: { number }, placement: 'round-robin', name: `p${number}` }));
          }
        },
      },
    });
    return [top, peer] as unknown as readonly AnyBehavior[];
  }

  private ref(number: number): PeerRef {
    return this.refs[number] as PeerRef;
  }

  private pick(below: number): number {
    return Math.floor(nextRandom(this.random) * below);
  }

  private count(from: number, to: number): number {
    const row = this.sent[from] as number[];
    const n = row[to] as number;
    row[to] = n + 1;
    this.told++;
    return n;
  }

  /** Some may be missing where they are dropped or lost; but none comes twice, or before an earlier one. */
  private took(me: number, { from, n }: Numbered): void {
    const row = this.next[me] as number[];
    const expected = row[from] as number;
    const isRight = this.mayMiss ? n >= expected : n === expected;
    if (!isRight) this.problems.push(`p${me} got ${n} of p${from}, not ${expected}`);
    row[from] = n + 1;
    this.handled++;
  }

  /** Whether messages are refused on their way. */
  private get refuses(): boolean {
    return this.options.settings.outboxSlotsMax !== undefined;
  }

  private get mayMiss(): boolean {
    return this.options.isLosing || this.options.overflow === 'drop-oldest' || this.refuses;
  }

  /** What was wrong in the end. */
  play(): readonly string[] {
    for (let step = 0; step < STEPS; step++) this.step();
    this.cluster.settle();
    this.checkRest();
    this.checkRows();
    if (!this.options.isLosing) this.checkCounts();
    return this.problems.slice(0, 4);
  }

  private step(): void {
    const { cluster, options } = this;
    const { workers, isLosing } = options;
    const worker = this.pick(workers);
    const choice = this.pick(100);
    if (isLosing && this.pick(60) === 0) this.lose();
    else if (choice < 25) cluster.run(worker, 1 + this.pick(6), 1 + this.pick(2));
    else if (choice < 40) cluster.publish(worker, this.pick(workers));
    else if (choice < 60) cluster.receiveSome(worker, 1 + this.pick(8));
    else if (choice < 65) cluster.sendOut(worker);
    else if (choice < 80) this.move();
    else this.act(choice < 94);
  }

  /** Not the one with the root: everybody would begin anew. */
  private lose(): void {
    this.cluster.lose(1 + this.pick(this.options.workers - 1));
    this.losses++;
  }

  private peer(number: number): Found | undefined {
    return this.cluster.where(this.ref(number));
  }

  private move(): void {
    const found = this.peer(this.pick(ACTORS));
    const to = this.pick(this.options.workers);
    if (found !== undefined && found.worker !== to && handOver(found.kernel, found.cell, to)) this.moves++;
  }

  /** Nobody tells those before it: they could wait for each other's room for ever. */
  private act(tells: boolean): void {
    const number = this.pick(ACTORS);
    const to = number + this.pick(ACTORS - number);
    const length = this.pick(3) === 0 ? this.pick(600) : 0;
    if (tells) this.post(number, { kind: 'Go', to, count: 1 + this.pick(30), length });
    else this.post(number, { kind: 'AskFor', to });
  }

  private post(number: number, message: AnyMessage & Readonly<Record<string, unknown>>): void {
    const found = this.peer(number);
    found?.kernel.receiveMessage(found.cell.ref, message);
  }

  // ── In the end ────────────────────────────────────────────────────────────────────────────────────────────────────

  private checkRest(): void {
    const { cluster, problems } = this;
    for (const { path, mailbox, signals, asks } of cluster.cells()) {
      if (mailbox.length + signals.length > 0) problems.push(`${path} waits for ever`);
      // An answer that is refused comes to nobody: the ask ends by its time-out.
      if (!this.refuses && (asks?.size ?? 0) > 0) problems.push(`${path} has an ask for ever`);
    }
    for (const { whereabouts, host } of cluster.workers.map(({ kernel }) => kernel)) {
      if (!whereabouts.isAtRest) problems.push(`a move on worker ${host.worker} never ends`);
      if (whereabouts.held > 0) problems.push(`worker ${host.worker} holds ${whereabouts.held} items for ever`);
    }
  }

  private checkRows(): void {
    const { cluster, problems } = this;
    for (const id of cluster.strays()) problems.push(`row ${id} has gone astray`);
    for (const { ref, name } of cluster.find('/root').cell.children?.values() ?? []) {
      if (cluster.where(ref) === undefined) problems.push(`${name} is missing`);
    }
    for (const [number, { id }] of this.refs.entries()) {
      const status = cluster.page.table.get(id, COLUMN.status);
      if (this.peer(number) === undefined || status !== STATUS.running)
        problems.push(`p${number} has status ${status}`);
    }
  }

  private checkCounts(): void {
    const { cluster, problems, told, handled, asked, answered } = this;
    const { deadLetters } = cluster;
    if (handled + deadLetters < told) problems.push(`${told} told, ${handled} handled, ${deadLetters} dead letters`);
    if (!this.mayMiss && handled !== told) problems.push(`${told} told, ${handled} handled`);
    // An answer that is refused is a dead letter.
    const isAnswered = this.refuses ? asked <= answered + deadLetters : asked === answered;
    if (!isAnswered) problems.push(`${asked} asked, ${answered} answered`);
  }
}

/** Problems by seed; none, as it should be. */
function play(options: FuzzOptions, workersOf: (seed: number) => number, isLosing: boolean) {
  const found: { readonly seed: number; readonly problems: readonly string[] }[] = [];
  let moves = 0;
  let losses = 0;
  for (let seed = FIRST; seed < FIRST + RUNS; seed++) {
    const fuzz = new Fuzz({ ...options, seed, workers: workersOf(seed), isLosing });
    const problems = fuzz.play();
    if (problems.length > 0) found.push({ seed, problems });
    moves += fuzz.moves;
    losses += fuzz.losses;
  }
  expect(found).toEqual([]);
  expect(moves).toBeGreaterThan(RUNS);
  expect(losses > RUNS).toBe(isLosing);
}

const SMALL = { ringSlots: 128 };

describe('what actors tell each other arrives once and in order, whoever moves', () => {
  it.each<FuzzOptions>([
    { settings: SMALL, overflow: 'block', capacity: 4 },
    { settings: SMALL, overflow: 'backpressure', capacity: 3 },
    { settings: { ...SMALL, outboxSlotsMax: 64 }, overflow: 'block', capacity: 4 },
    { settings: { ...SMALL, outboxSlotsMax: 64 }, overflow: 'drop-oldest', capacity: 5 },
    { settings: {}, overflow: 'block', capacity: 1 },
  ])('$settings $overflow $capacity', { timeout }, (options) => play(options, (seed) => 2 + (seed % 3), false));
});

describe('nothing comes twice or too early, and nobody waits for ever, whoever moves and whatever is lost', () => {
  it.each<FuzzOptions>([
    { settings: SMALL, overflow: 'block', capacity: 4 },
    { settings: SMALL, overflow: 'backpressure', capacity: 3 },
    { settings: SMALL, overflow: 'drop-oldest', capacity: 5 },
    { settings: {}, overflow: 'block', capacity: 1 },
  ])('$settings $overflow $capacity', { timeout }, (options) => play(options, (seed) => 3 + (seed % 2), true));
});
