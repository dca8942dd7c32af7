/** The pool for blocking calls: so many at a time, so many wait, and everybody gets an outcome. */
import { type AskOutcome, actor, type MessageOf, type Ref, t } from '../index.ts';
import { blockingPool } from '../patterns/routing/blocking-pool.ts';
import { type Case, type Driver, equal } from './case.ts';

const CallProtocol = { Call: { n: t.int32, replyTo: t.ref({ Result: { n: t.int32, atOnce: t.int32 } }) } } as const;
type Result = { readonly kind: 'Result'; readonly n: number; readonly atOnce: number };
type CallMessage = MessageOf<typeof CallProtocol>;
type ResultRef = CallMessage['replyTo'];

/** Stands for a slow call: answers after a while, and says how many calls it had at once. 0 fails. */
const Library = actor('Library', {
  protocol: CallProtocol,
  internal: { Returned: { n: t.int32 } },
  state: () => ({ calls: {} as Record<number, ResultRef> }),
  on: {
    Call(state, { n, replyTo }, ctx) {
      if (n === 0) throw new Error('the library crashed');
      state.calls[n] = replyTo;
      ctx.startTimer(`call-${n}`, { kind: 'Returned', n }, 10);
    },
    Returned(state, { n }, ctx) {
      const replyTo = state.calls[n];
      if (replyTo !== undefined) ctx.tell(replyTo, { kind: 'Result', n, atOnce: Object.keys(state.calls).length });
      delete state.calls[n];
    },
  },
});

const Calls = blockingPool('Calls', { behavior: Library, size: 2, queue: 3 });
const HastyCalls = blockingPool('HastyCalls', { behavior: Library, size: 1, queue: 3, waitMs: 15 });

function caller(calls: typeof Calls) {
  return actor('Caller', {
    protocol: { Feed: { first: t.int32, last: t.int32 } },
    supervision: { intensity: 100 },
    state: () => ({ calls: null as Ref<CallMessage> | null, heard: [] as string[], atOnce: [] as number[] }),
    signals: {
      preStart: (state, ctx) => {
        state.calls = ctx.spawn(calls, { name: 'calls' });
      },
    },
    on: {
      Feed({ calls: to }, { first, last }, ctx) {
        if (to === null) return;
        for (let n = first; n <= last; n++) {
          ctx.ask(to, { kind: 'Call', n }, { reply: 'Returned', timeoutMs: 10_000, context: n });
        }
      },
    },
    replies: {
      Returned(state, outcome: AskOutcome<Result, number>) {
        state.heard.push(`${outcome.context} ${outcome.ok ? 'ok' : outcome.error.code}`);
        if (outcome.ok) state.atOnce.push(outcome.reply.atOnce);
      },
    },
  });
}

interface CallerState {
  readonly heard: readonly string[];
  readonly atOnce: readonly number[];
}

function callCase(
  id: string,
  title: string,
  calls: typeof Calls,
  run: (driver: Driver) => Promise<void>,
  virtualOnly = false,
): Case {
  const root = caller(calls);
  return { id, title, behaviors: [root, calls, Library], root, run, virtualOnly };
}

async function call(driver: Driver, first: number, last: number): Promise<readonly string[]> {
  const heard = async () => (await driver.state<CallerState>('/root')).heard;
  const before = (await heard()).length;
  await driver.send('/root', { kind: 'Feed', first, last });
  const count = last - first + 1;
  await driver.until(`${count} outcomes`, async () => (await heard()).length === before + count);
  return (await heard()).slice(before).sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
}

export const BLOCKING_CASES: readonly Case[] = [
  callCase('blocking-pool', 'so many calls at a time, so many wait, the rest is refused', Calls, async (driver) => {
    const rejected = ['6 request-rejected', '7 request-rejected'];
    equal(await call(driver, 1, 7), ['1 ok', '2 ok', '3 ok', '4 ok', '5 ok', ...rejected], 'outcomes');
    equal((await driver.state<CallerState>('/root')).atOnce, [1, 1, 1, 1, 1], 'calls at once');
    equal((await driver.actor('/root/calls'))?.rejected, 2, 'rejected');
    const children = (await driver.actors()).filter(({ parent }) => parent === '/root/calls');
    equal(
      children.map(({ worker }) => worker),
      [1, 1],
      'workers of the calls',
    );
  }),
  callCase('blocking-pool-crash', 'a call that fails fails its ask, and the pool goes on', Calls, async (driver) => {
    equal(await call(driver, 0, 4), ['0 handler-failed', '1 ok', '2 ok', '3 ok', '4 ok'], 'outcomes');
    equal(await call(driver, 11, 15), ['11 ok', '12 ok', '13 ok', '14 ok', '15 ok'], 'outcomes afterwards');
  }),
  callCase('blocking-pool-stop', 'no caller is left without an answer when the pool fails', Calls, async (driver) => {
    for (const number of [1, 2]) {
      await driver.inject({ kind: 'slow', path: `/root/calls/library-${number}`, delayMs: 20_000 });
    }
    await driver.send('/root', { kind: 'Feed', first: 1, last: 4 });
    await driver.until('2 wait', async () => {
      const { queue } = await driver.state<{ readonly queue: ReadonlyMap<number, unknown> }>('/root/calls');
      return queue.size === 2;
    });
    await driver.inject({ kind: 'crash', path: '/root/calls' });
    const heard = async () => (await driver.state<CallerState>('/root')).heard;
    await driver.until('4 outcomes', async () => (await heard()).length === 4);
    equal(
      [...(await heard())].sort(),
      ['1 handler-failed', '2 handler-failed', '3 target-stopped', '4 target-stopped'],
      'outcomes: those under way may have been made, those that waited were not',
    );
    await driver.until('the pool is back', async () => (await driver.actor('/root/calls'))?.status === 'running');
    equal(await call(driver, 11, 12), ['11 ok', '12 ok'], 'outcomes afterwards');
  }),
  callCase(
    'blocking-pool-wait',
    'a call that has waited too long is not made any more',
    HastyCalls,
    async (driver) => {
      const expected = ['1 ok', '2 ok', '3 deadline-exceeded', '4 deadline-exceeded'];
      equal(await call(driver, 1, 4), expected, 'outcomes');
    },
    true,
  ),
];
