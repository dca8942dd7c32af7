/**
 * The cast of the guard cases: a target that does as it is told, and a client that stands before a chain of guards and
 * remembers what it heard.
 */
import type { AskOutcome } from '../kernel/behavior.ts';
import { actor } from '../kernel/definition.ts';
import type { Ref } from '../kernel/ref.ts';
import { type MessageOf, t } from '../kernel/schema.ts';
import type { Guard } from '../patterns/guards/guard.ts';
import type { Driver } from './case.ts';

/**
 * - `answer`, `fail`, `crash`, `quit`: at once. `hold`: when told to `Release`, or never.
 * - `late`: after `n` ms. `flaky`: fails until it is tried for the third time with the same `n`.
 */
const HOW = t.literal('answer', 'fail', 'crash', 'quit', 'hold', 'late', 'flaky');
export type How = 'answer' | 'fail' | 'crash' | 'quit' | 'hold' | 'late' | 'flaky';

export const TargetProtocol = {
  Do: { how: HOW, n: t.int32, replyTo: t.ref({ Done: { n: t.int32 } }) },
} as const;

type Done = { readonly kind: 'Done'; readonly n: number };

interface Held {
  readonly n: number;
  readonly replyTo: Ref<Done>;
}

export interface TargetState {
  /** Every call that came, by `n`, in order. */
  heard: number[];
  heardAtMs: number[];
  held: Held[];
}

export const Target = actor('Target', {
  protocol: { ...TargetProtocol, Release: { count: t.int32 } },
  internal: { Late: { n: t.int32, replyTo: t.ref({ Done: { n: t.int32 } }) } },
  state: (): TargetState => ({ heard: [], heardAtMs: [], held: [] }),
  on: {
    Do(state, { how, n, replyTo }, ctx) {
      state.heard.push(n);
      state.heardAtMs.push(ctx.now());
      const tried = state.heard.filter((earlier) => earlier === n).length;
      switch (how) {
        case 'hold':
          return void state.held.push({ n, replyTo });
        case 'late':
          return ctx.startTimer(`late-${state.heard.length}`, { kind: 'Late', n, replyTo }, n);
        case 'crash':
          throw new Error(`crash ${n}`);
        case 'quit':
          return ctx.stop();
        default:
      }
      if (how === 'fail' || (how === 'flaky' && tried < 3)) {
        return ctx.fail(replyTo, { code: 'request-rejected', message: `no ${n}` });
      }
      ctx.tell(replyTo, { kind: 'Done', n });
    },
    Late: (_, { n, replyTo }, ctx) => ctx.tell(replyTo, { kind: 'Done', n }),
    Release(state, { count }, ctx) {
      for (const { n, replyTo } of state.held.splice(0, count)) ctx.tell(replyTo, { kind: 'Done', n });
    },
  },
});

export interface ClientState {
  /** `n` of answers, `code n` of errors, in the order in which they came. */
  heard: string[];
  texts: string[];
  heardAtMs: number[];
}

/** How long the client waits for an outcome: longer than any guard. */
const PATIENCE_MS = 10_000;

/**
 * `/root`, on worker 0: starts `/root/target` on worker 1 and before it the guards, innermost first, turn and turn about on
 * worker 0 and 1. Each is named after its behavior, in small letters.
 */
export function client(innermostFirst: readonly Guard<typeof TargetProtocol>[]) {
  return actor('Client', {
    protocol: {
      /** Calls with `n`, `n + 1`, … */
      Call: { how: HOW, n: t.int32, count: t.int32 },
    },
    // What the cases do to a target must not use up the client itself.
    supervision: { intensity: 1_000 },
    state: () => ({
      first: null as Ref<MessageOf<typeof TargetProtocol>> | null,
      heard: [] as string[],
      texts: [] as string[],
      heardAtMs: [] as number[],
    }),
    signals: {
      preStart(state, ctx) {
        let target: Ref<MessageOf<typeof TargetProtocol>> = ctx.spawn(Target, { name: 'target', placement: 1 });
        for (const [index, guard] of innermostFirst.entries()) {
          target = ctx.spawn(guard, { name: guard.name.toLowerCase(), placement: index % 2, args: { target } });
        }
        state.first = target;
      },
    },
    on: {
      Call(state, { how, n, count }, ctx) {
        if (state.first === null) return;
        for (let at = 0; at < count; at++) {
          const request = { kind: 'Do' as const, how, n: n + at };
          ctx.ask(state.first, request, { reply: 'Heard', timeoutMs: PATIENCE_MS, context: n + at });
        }
      },
    },
    replies: {
      Heard(state, outcome: AskOutcome<Done, number>, ctx) {
        state.heard.push(outcome.ok ? `${outcome.reply.n}` : `${outcome.error.code} ${outcome.context}`);
        state.texts.push(outcome.ok ? '' : outcome.error.message);
        state.heardAtMs.push(ctx.now());
      },
    },
  });
}

/** `count` calls with `n`, `n + 1`, … */
export function call(driver: Driver, how: How, n: number, count = 1): Promise<void> {
  return driver.send('/root', { kind: 'Call', how, n, count });
}

/** Waits until the client has heard so many outcomes in all, and returns them. */
export async function heard(driver: Driver, count: number): Promise<readonly string[]> {
  const state = () => driver.state<ClientState>('/root');
  await driver.until(`${count} outcomes`, async () => (await state()).heard.length >= count);
  return (await state()).heard;
}

/** Waits until the target has heard so many calls in all, and returns their numbers. */
export async function reached(driver: Driver, count: number): Promise<readonly number[]> {
  const state = () => driver.state<TargetState>('/root/target');
  await driver.until(`${count} calls at the target`, async () => (await state()).heard.length >= count);
  return (await state()).heard;
}

/** Numbers as the client hears answers. */
export function answers(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `${from + index}`);
}

/** As the client hears errors. */
export function errors(code: string, from: number, to: number): string[] {
  return answers(from, to).map((n) => `${code} ${n}`);
}
