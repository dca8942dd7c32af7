/**
 * Actors that send each other numbered messages, ask each other and watch each other, on several workers, while they are
 * handed over from worker to worker. Mail of each ordered pair of workers arrives in its order, and everything else in any.
 */
import { nextRandom, type RandomState, seedRandom } from '../../base/random.ts';
import type { AnyBehavior } from '../behavior.ts';
import type { Cell } from '../cell.ts';
import { actor } from '../definition.ts';
import { IDS_PER_BLOCK } from '../host.ts';
import { injectFault } from '../inject.ts';
import type { Kernel } from '../kernel.ts';
import { handOver } from '../moving.ts';
import type { AnyMessage, Ref } from '../ref.ts';
import { t } from '../schema.ts';
import { straysOf } from './lost-worker.ts';
import { TestSystem } from './test-system.ts';

const AnswerProtocol = { Answer: { query: t.int32 } } as const;

const PeerProtocol = {
  /** Everybody's address, by number. */
  Meet: { peers: t.array(t.ref({})) },
  /** Tell so many numbered messages to that peer. */
  Go: { to: t.int32, count: t.int32 },
  /** `number` counts what one has sent to the other; `hops` says how often it leads to another message. */
  Numbered: { from: t.int32, number: t.int32, hops: t.int32 },
  AskFor: { to: t.int32 },
  Query: { query: t.int32, replyTo: t.ref(AnswerProtocol) },
  Watch: { to: t.int32 },
  Timer: { to: t.int32, ms: t.int32 },
  Tick: { to: t.int32 },
  Put: { aside: t.boolean },
  Quit: {},
} as const;

export interface MovingOptions {
  readonly workers: number;
  readonly actors: number;
  readonly seed: number;
  /** Whether actors crash and stop, so that messages may be lost (and must be counted). */
  readonly hurts: boolean;
}

export class MovingSystem {
  readonly problems: string[] = [];
  moves = 0;
  /** Messages handled, and dead letters. */
  handled = 0;
  dead = 0;
  readonly system: TestSystem;
  private readonly options: MovingOptions;
  private readonly random: RandomState;
  private readonly refs: Ref[] = [];
  private readonly sent: number[][];
  private readonly got: number[][];
  private readonly outcomes: number[] = [];
  private readonly terminated = new Map<string, number>();
  private numbered = 0;

  constructor(options: MovingOptions) {
    this.options = options;
    this.random = seedRandom(options.seed);
    const { workers, actors } = options;
    this.sent = Array.from({ length: actors }, () => new Array<number>(actors).fill(0));
    this.got = Array.from({ length: actors }, () => new Array<number>(actors).fill(0));
    this.system = new TestSystem(this.cast(), { workers, rows: workers * IDS_PER_BLOCK });
    for (const { deadLetters } of this.system.kernels) {
      const { record } = deadLetters;
      deadLetters.record = (path, message, reason) => {
        if (message.kind === 'Numbered') this.dead++;
        record.call(deadLetters, path, message, reason);
      };
    }
    this.system.start('Top');
  }

  private cast(): readonly AnyBehavior[] {
    const mine = this;
    const { actors, workers } = this.options;
    const peer = actor('Peer', {
      protocol: PeerProtocol,
      mailbox: { capacity: 5_000 },
      state: ({ number }: { readonly number: number }) => ({
        number,
        peers: [] as Ref[],
        nested: { list: [1, 2, { deep: 'text' }], map: new Map([['a', 1]]) },
      }),
      on: {
        Meet(state, { peers }) {
          state.peers = [...peers];
        },
        Go(state, { to, count }, ctx) {
          for (let n = 0; n < count; n++) mine.tell(ctx, state.number, to, 2);
        },
        Numbered(state, { from, number, hops }, ctx) {
          mine.hasGot(from, state.number, number);
          if (hops > 0) mine.tell(ctx, state.number, mine.pick(actors), hops - 1);
        },
        AskFor(_state, { to }, ctx) {
          const target = mine.refs[to];
          if (target === undefined) return;
          const query = mine.outcomes.push(0) - 1;
          ctx.ask(target as Ref<{ kind: 'Query'; query: number; replyTo: Ref }>, { kind: 'Query', query } as never, {
            reply: 'Answered',
            timeoutMs: 40,
            context: { query },
          });
        },
        Query(_state, { query, replyTo }, ctx) {
          ctx.tell(replyTo, { kind: 'Answer', query });
        },
        Watch(state, { to }, ctx) {
          const target = mine.refs[to];
          if (target === undefined) return;
          mine.told(`${state.number} of ${to}`, -1);
          ctx.watch(target);
        },
        Timer(_state, { to, ms }, ctx) {
          ctx.startTimer(`t${to % 3}`, { kind: 'Tick', to }, ms);
        },
        Tick(state, { to }, ctx) {
          mine.tell(ctx, state.number, to, 1);
        },
        Put(_state, { aside }, ctx) {
          ctx.become(aside ? 'aside' : undefined);
          if (!aside) ctx.unstash();
        },
        Quit(_state, _message, ctx) {
          ctx.stop();
        },
      },
      become: {
        aside: {
          Numbered(_state, message, ctx) {
            ctx.stash(message);
          },
        },
      },
      replies: {
        Answered(_state, { context }) {
          const { query } = context as { readonly query: number };
          mine.outcomes[query] = (mine.outcomes[query] ?? 0) + 1;
        },
      },
      signals: {
        terminated: (state, { ref }) =>
          mine.told(`${state.number} of ${mine.refs.findIndex(({ id }) => id === ref.id)}`, 1),
      },
    });
    const top = actor('Top', {
      protocol: {},
      supervision: { intensity: 1_000, periodMs: 1 },
      state: () => ({}),
      on: {},
      signals: {
        preStart(_state, ctx) {
          for (let number = 0; number < actors; number++) {
            // Every fifth stays where it is.
            const placement = number % 5 === 4 ? number % workers : 'round-robin';
            mine.refs.push(ctx.spawn(peer, { args: { number }, placement, name: `p${number}` }));
          }
        },
      },
    });
    return [top, peer] as unknown as readonly AnyBehavior[];
  }

  pick(below: number): number {
    return Math.floor(nextRandom(this.random) * below);
  }

  private tell(ctx: { tell(to: never, message: never): void }, from: number, to: number, hops: number): void {
    const target = this.refs[to];
    if (target === undefined) return;
    const number = (this.sent[from] as number[])[to] as number;
    (this.sent[from] as number[])[to] = number + 1;
    this.numbered++;
    ctx.tell(target as never, { kind: 'Numbered', from, number, hops } as never);
  }

  /** Somebody asks to be told of an end, or is told. */
  private told(who: string, count: number): void {
    this.terminated.set(who, (this.terminated.get(who) ?? 0) + count);
  }

  private hasGot(from: number, to: number, number: number): void {
    this.handled++;
    const expected = (this.got[to] as number[])[from] as number;
    const isRight = this.options.hurts ? number >= expected : number === expected;
    if (!isRight && this.problems.length < 5) this.problems.push(`${to} got ${number} of ${from}, not ${expected}`);
    (this.got[to] as number[])[from] = number + 1;
  }

  /** Steps chosen at random, then peace until nothing moves; what was wrong. */
  play(steps: number): readonly string[] {
    for (let step = 0; step < steps; step++) this.step();
    const { system } = this;
    system.settle();
    for (let number = 0; number < this.refs.length; number++) this.toPeer(number, { kind: 'Put', aside: false });
    system.advance(1_000);
    this.check();
    return this.problems;
  }

  private step(): void {
    const { system, options } = this;
    const { workers, actors, hurts } = options;
    const { kernels } = system;
    const kernel = kernels[this.pick(workers)] as Kernel;
    const who = this.pick(actors);
    const to = this.pick(actors);
    const choice = this.pick(100);
    if (choice < 30) kernel.run(1 + this.pick(4), 1 + this.pick(3));
    else if (choice < 60) this.deliver();
    else if (choice < 78) this.move(kernel);
    else if (choice < 86) this.toPeer(who, { kind: 'Go', to, count: 1 + this.pick(3) });
    else if (choice < 89) this.toPeer(who, { kind: 'AskFor', to });
    else if (choice < 91) this.toPeer(who, { kind: 'Timer', to, ms: this.pick(10) });
    else if (choice < 93) this.toPeer(who, { kind: 'Watch', to });
    else if (choice < 95) {
      system.nowMs += this.pick(8);
      kernel.advance(system.nowMs);
    } else if (choice < 97) this.toPeer(who, { kind: 'Put', aside: this.pick(2) === 0 });
    else if (hurts && choice < 99) this.crash();
    else if (hurts) this.toPeer(who, { kind: 'Quit' });
  }

  private deliver(): void {
    const { workers } = this.options;
    const from = this.pick(workers);
    const to = this.pick(workers);
    for (let count = this.pick(6); count >= 0; count--) this.system.deliverOneBetween(from, to);
  }

  private move(kernel: Kernel): void {
    const cells = kernel.cells.filter((cell) => cell !== undefined);
    const cell = cells[this.pick(cells.length)];
    const to = this.pick(this.options.workers);
    if (cell !== undefined && to !== kernel.host.worker && handOver(kernel, cell, to)) this.moves++;
  }

  private crash(): void {
    const found = this.peer(this.pick(this.options.actors));
    if (found !== undefined) injectFault(found.kernel, found.cell, { kind: 'crash', path: found.cell.path });
  }

  private toPeer(number: number, message: AnyMessage & Readonly<Record<string, unknown>>): void {
    const found = this.peer(number);
    found?.kernel.receiveMessage(found.cell.ref, message);
  }

  private peer(number: number): { readonly kernel: Kernel; readonly cell: Cell } | undefined {
    const ref = this.refs[number] as Ref;
    for (const kernel of this.system.kernels) {
      const cell = kernel.cellOf(ref);
      if (cell !== undefined) return { kernel, cell };
    }
    return undefined;
  }

  private check(): void {
    const { system, problems } = this;
    const { kernels } = system;
    const lost = this.numbered - this.handled - this.dead;
    if (lost !== 0) problems.push(`${lost} messages are lost`);
    if (!this.options.hurts && this.dead > 0) problems.push(`${this.dead} dead letters`);
    for (const [query, count] of this.outcomes.entries()) {
      // Whoever has crashed or stopped hears nothing any more.
      if (this.options.hurts ? count > 1 : count !== 1) problems.push(`ask ${query} has ${count} outcomes`);
    }
    for (const [who, count] of this.terminated) {
      if (count > 0) problems.push(`${who}: told of an end too often`);
    }
    for (const cell of system.cells()) {
      if (cell.mailbox.length > 0 || cell.signals.length > 0) problems.push(`${cell.path} waits for ever`);
      if ((cell.asks?.size ?? 0) > 0) problems.push(`${cell.path} has an ask for ever`);
    }
    if (system.heldEarly() > 0) problems.push(`${system.heldEarly()} items are held for ever`);
    if (!kernels.every(({ whereabouts }) => whereabouts.isAtRest)) problems.push('a move never ends');
    const living = kernels.reduce((sum, kernel) => sum + kernel.living, 0);
    if (living !== system.cells().length) problems.push(`${living} are counted as living`);
    for (const id of straysOf(system)) problems.push(`row ${id} has gone astray`);
  }
}
