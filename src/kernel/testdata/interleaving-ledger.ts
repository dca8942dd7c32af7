/**
 * The ledger of one play: what its actors have seen and done, kept outside of them, so that it outlives restarts and stops.
 * Breaches that only the actors themselves can notice are entered here as well.
 */
import type { AnyMessage, Ref } from '../ref.ts';
import { type MessageOf, t } from '../schema.ts';
import { type Mode, type Plan, VARIANTS } from './interleaving-plan.ts';

const ReplyProtocol = { Got: { query: t.int32 } } as const;
export type Reply = MessageOf<typeof ReplyProtocol>;

export const NodeProtocol = {
  Work: { n: t.int32 },
  /** Handled several at a time; some piles fail. */
  Pile: { n: t.int32 },
  Do: { n: t.int32, command: t.string, to: t.int32, count: t.int32 },
  Query: { query: t.int32, mode: t.string, replyTo: t.ref(ReplyProtocol) },
  Tick: {},
} as const;

export type NodeRef = Ref<MessageOf<typeof NodeProtocol>>;

/** The state of an actor; `life` numbers all incarnations of all actors of a play. */
export interface NodeState {
  readonly plan: Plan;
  readonly life: number;
  /** Queries that were put aside. */
  readonly seen: number[];
  /** Keys of those it watches. */
  watching: string[];
  /** Handles at once what it was told to put aside. */
  isOpen: boolean;
}

/** One actor under one address: the same after a restart. */
export const keyOf = ({ id, generation }: Ref): string => `${id}:${generation}`;

interface Asked {
  readonly life: number;
  readonly mode: Mode;
  readonly path: string;
  outcomes: number;
}

/** More than this only repeat each other. */
const PROBLEMS_MAX = 5;

export class Ledger {
  readonly problems: string[] = [];
  /** Numbers of messages that were handled or became dead letters, one entry each time. */
  readonly ends: number[] = [];
  /** Numbered messages sent so far, by actors and from outside. */
  sent = 0;
  lives = 0;
  /** Every actor that was ever spawned, in that order. */
  readonly known: { readonly ref: NodeRef; readonly behavior: string }[] = [];
  /** By number. */
  readonly asked: Asked[] = [];
  /** Paths of permanent actors. */
  readonly permanent = new Set<string>();
  /** Starts that are yet to fail, by path. */
  readonly badStarts = new Map<string, number>();
  private readonly over = new Set<number>();
  private readonly latest = new Map<string, number>();

  problem(text: string): void {
    if (this.problems.length < PROBLEMS_MAX) this.problems.push(text);
  }

  /** User code runs: it must belong to a life that has not ended. */
  seenAlive(state: NodeState | undefined, where: string): void {
    if (state === undefined) this.problem(`user code without a state in ${where}`);
    else if (this.over.has(state.life)) this.problem(`user code of a life that is over in ${where}`);
  }

  began({ life }: NodeState, self: Ref, path: string): void {
    const before = this.latest.get(keyOf(self));
    if (before !== undefined && !this.over.has(before))
      this.problem(`${path} starts while its earlier life is not over`);
    this.latest.set(keyOf(self), life);
  }

  ended({ life }: NodeState, path: string): void {
    if (this.over.has(life)) this.problem(`${path} ends twice`);
    this.over.add(life);
  }

  /** Whether the next start at that path fails. */
  startsBadly(path: string): boolean {
    const left = this.badStarts.get(path) ?? 0;
    if (left > 0) this.badStarts.set(path, left - 1);
    return left > 0;
  }

  settled({ life }: NodeState, query: number, reply: Reply | undefined): void {
    const asked = this.asked[query];
    if (asked === undefined) return this.problem(`an outcome of ask ${query}, which nobody asked`);
    if (asked.life !== life) this.problem(`ask ${query} is settled in another life`);
    if (++asked.outcomes > 1) this.problem(`ask ${query} is settled twice`);
    if (reply !== undefined && reply.query !== query) this.problem(`ask ${query} has the reply of ${reply.query}`);
  }

  /** Any number stands for one of those that were ever spawned. */
  anyone(index: number): NodeRef | undefined {
    return this.known[index % this.known.length]?.ref;
  }

  /** Nobody may wait in a circle, which is for ever: only who was spawned before a blocking actor may tell it anything. */
  mayTell(self: Ref, to: Ref): boolean {
    const index = this.indexOf(to);
    const behavior = this.known[index]?.behavior ?? '';
    return VARIANTS[behavior]?.mailbox.overflow !== 'block' || this.indexOf(self) < index;
  }

  private indexOf(ref: Ref): number {
    return this.known.findIndex((one) => keyOf(one.ref) === keyOf(ref));
  }

  /** Notes what becomes of a message that has a number. */
  died(message: AnyMessage): void {
    const { n } = message as { readonly n?: number };
    if (n !== undefined) this.ends.push(n);
  }
}
