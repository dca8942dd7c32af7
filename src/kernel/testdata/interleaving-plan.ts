/**
 * What is played in interleaving.test.ts, which chooses it at random: a forest of actors with all kinds of settings, and steps
 * that leave open what comes of them: one worker takes some turns, some mail arrives, some deadlines come due late.
 */
import type { FailureRules, MailboxOptions, RestartType, SupervisionOptions } from '../behavior.ts';
import type { AnyMessage } from '../ref.ts';

const RULES: FailureRules = { Resume: 'resume', Stop: 'stop', Escalate: 'escalate' };
const BACKOFF = { minMs: 5, maxMs: 40 } as const;

/** The number of a message, as its priority. */
const byNumber = (message: AnyMessage): number => (message as { readonly n?: number }).n ?? 0;

export interface Variant {
  readonly mailbox: MailboxOptions;
  readonly supervision: SupervisionOptions;
  readonly passivateAfterMs?: number;
}

/** Settings by the name of the behavior. */
export const VARIANTS: Readonly<Record<string, Variant>> = {
  Plain: { mailbox: { capacity: 4 }, supervision: { intensity: 2, periodMs: 100, onFailure: RULES } },
  Oldest: {
    mailbox: { capacity: 4, overflow: 'drop-oldest' },
    supervision: { strategy: 'one_for_all', intensity: 9, onFailure: RULES },
  },
  Block: {
    mailbox: { capacity: 2, overflow: 'block' },
    supervision: { strategy: 'rest_for_one', intensity: 9, onFailure: RULES },
  },
  Press: {
    mailbox: { capacity: 4, overflow: 'backpressure' },
    supervision: { budget: 'per_child', intensity: 1, onFailure: { '*': 'restart' } },
  },
  Drain: {
    mailbox: { capacity: 4, onStop: 'drain', stash: 3 },
    supervision: { intensity: 9, onFailure: RULES, backoff: { ...BACKOFF, stash: 2 } },
  },
  DrainAll: {
    mailbox: { capacity: 2, onStop: 'drain', overflow: 'block' },
    supervision: { strategy: 'one_for_all', intensity: 9, onFailure: RULES, backoff: { ...BACKOFF, stash: 2 } },
  },
  RestBack: {
    mailbox: { capacity: 4 },
    supervision: { strategy: 'rest_for_one', intensity: 9, onFailure: RULES, backoff: { ...BACKOFF, stash: 0 } },
  },
  Rank: { mailbox: { capacity: 4, priority: byNumber }, supervision: { onFailure: { '*': 'resume' } } },
  RankOldest: {
    mailbox: { capacity: 4, overflow: 'drop-oldest', deadlineMs: 15, priority: byNumber },
    supervision: { intensity: 9, onFailure: { '*': 'escalate' } },
  },
  Sleep: {
    mailbox: { capacity: 4, onStop: 'drain' },
    supervision: { intensity: 0, onFailure: RULES },
    passivateAfterMs: 20,
  },
  SleepAll: {
    mailbox: { capacity: 4 },
    supervision: { strategy: 'one_for_all', intensity: 9, onFailure: RULES },
    passivateAfterMs: 15,
  },
  Late: { mailbox: { capacity: 4, deadlineMs: 10 }, supervision: { onFailure: { '*': 'escalate' } } },
  Keep: { mailbox: { capacity: 4 }, supervision: { keepChildren: true, intensity: 3, onFailure: RULES } },
  KeepRest: {
    mailbox: { capacity: 4 },
    supervision: { keepChildren: true, strategy: 'rest_for_one', intensity: 9, onFailure: RULES, backoff: BACKOFF },
  },
  KeepAll: {
    mailbox: { capacity: 4, overflow: 'block' },
    supervision: { keepChildren: true, strategy: 'one_for_all', intensity: 3, onFailure: RULES },
    passivateAfterMs: 25,
  },
};

export const NAMES: readonly string[] = Object.keys(VARIANTS);
export const RESTARTS = [undefined, 'permanent', 'transient', 'temporary'] as const satisfies readonly (
  | RestartType
  | undefined
)[];

/** How an actor starts; its `n`-th child is named `c` and that number. */
export interface Plan {
  readonly behavior: string;
  readonly worker: number;
  readonly restart: RestartType | undefined;
  readonly lazy: boolean;
  readonly shutdownMs: number;
  /** So many of its starts fail. */
  readonly badStarts: number;
  readonly children: readonly Plan[];
}

/** What an actor is told to do in one turn; `throw`, `Resume`, `Stop` and `Escalate` are failures. */
export const COMMANDS = [
  'stash',
  'become',
  'normal',
  'unstash',
  'unstash-some',
  'pass',
  'ask',
  'watch',
  'watch-children',
  'unwatch',
  'spawn',
  'stop-child',
  'restart-child',
  'delete-child',
  'quit',
  'quit-twice',
  'quit-and-throw',
  'throw',
  'Resume',
  'Stop',
  'Escalate',
  'idle',
  'tick',
  'every',
  'cancel',
] as const;
export type Command = (typeof COMMANDS)[number];

/** What an actor that is asked does about it. */
export const MODES = [
  'reply',
  'reply',
  'reply-twice',
  'throw',
  'ignore',
  'fail',
  'stash',
  'forward',
  'reply-and-throw',
  'no-time',
  'quit',
] as const;
export type Mode = (typeof MODES)[number];

/** `who`: any number, which stands for one of the actors that there are. */
export type Step =
  | { readonly kind: 'work' | 'pile'; readonly who: number; readonly count: number }
  | {
      readonly kind: 'do';
      readonly who: number;
      readonly command: Command;
      /** Any number, which stands for one of the actors that there ever were. */
      readonly to: number;
      readonly count: number;
    }
  | { readonly kind: 'crash'; readonly who: number }
  | { readonly kind: 'slow'; readonly who: number; readonly delayMs: number }
  | { readonly kind: 'run'; readonly worker: number; readonly turns: number; readonly batch: number }
  | { readonly kind: 'mail'; readonly from: number; readonly to: number; readonly count: number }
  /** Time passes, and one worker notices; with −1 all of them. */
  | { readonly kind: 'time'; readonly ms: number; readonly worker: number }
  | { readonly kind: 'settle' };

export interface Play {
  /** The children of the root. */
  readonly forest: readonly Plan[];
  readonly steps: readonly Step[];
  readonly workers: number;
}
