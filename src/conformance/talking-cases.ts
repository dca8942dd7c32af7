/** Asks A1, forward, pipe, and what is measured: X1 and X2. (X3 is in base/histogram.test.ts.) */
import { type AskOutcome, actor, type MessageOf, type PipeOutcome, PlayhouseError, type Ref, t } from '../index.ts';
import { type Case, equal, events, holds } from './case.ts';
import { isGone, isRunning, puppetCase, puppetState, restartsOf } from './puppets.ts';

const A = '/root/sup/a';

/** Answers when it is told to. */
const ServerProtocol = { Get: { replyTo: t.ref({ Got: {} }) } } as const;
const Server = actor('Server', {
  protocol: { ...ServerProtocol, Answer: {}, AnswerTwice: {} },
  state: () => ({ waiting: [] as Ref<{ readonly kind: 'Got' }>[] }),
  on: {
    Get: (state, { replyTo }) => void state.waiting.push(replyTo),
    Answer(state, _, ctx) {
      for (const replyTo of state.waiting.splice(0)) ctx.tell(replyTo, { kind: 'Got' });
    },
    AnswerTwice(state, _, ctx) {
      for (const replyTo of state.waiting.splice(0)) {
        ctx.tell(replyTo, { kind: 'Got' });
        ctx.tell(replyTo, { kind: 'Got' });
      }
    },
  },
});
/** Passes requests on, so that answers go straight to whoever asked. */
const Desk = actor('Desk', {
  protocol: ServerProtocol,
  state: ({ server }: { readonly server: Ref<MessageOf<typeof ServerProtocol>> }) => ({ server }),
  on: { Get: (state, message, ctx) => ctx.forward(state.server, message) },
});
const Client = actor('Client', {
  protocol: { Ask: { timeoutMs: t.float64 }, AskDesk: {}, Load: { count: t.int32, lateMs: t.float64 } },
  state: () => ({
    server: null as Ref<MessageOf<typeof ServerProtocol>> | null,
    desk: null as Ref<MessageOf<typeof ServerProtocol>> | null,
    heard: [] as string[],
  }),
  signals: {
    preStart(state, ctx) {
      const server = ctx.spawn(Server, { name: 'server', placement: ctx.worker + 1 });
      state.server = server;
      state.desk = ctx.spawn(Desk, { name: 'desk', args: { server } });
    },
  },
  on: {
    Ask({ server }, { timeoutMs }, ctx) {
      if (server !== null) ctx.ask(server, { kind: 'Get' }, { reply: 'Answered', timeoutMs });
    },
    AskDesk({ desk }, _, ctx) {
      if (desk !== null) ctx.ask(desk, { kind: 'Get' }, { reply: 'Answered', timeoutMs: 10_000 });
    },
    /** Requests that were due one every tenth of `lateMs`, and are sent only now: the generator was held up. */
    Load({ server }, { count, lateMs }, ctx) {
      for (let n = 0; n < count; n++) {
        const intendedAtMs = ctx.now() - lateMs + (n * lateMs) / count;
        if (server !== null) {
          ctx.ask(server, { kind: 'Get' }, { reply: 'Answered', timeoutMs: 10_000, intendedAtMs });
        }
      }
    },
  },
  replies: {
    Answered(state, outcome: AskOutcome<MessageOf<{ Got: Record<never, never> }>>) {
      state.heard.push(outcome.ok ? 'got' : `${outcome.error.code}: ${outcome.error.message}`);
    },
  },
});
const Clients = actor('Clients', {
  protocol: {},
  state: () => ({}),
  signals: {
    preStart(_, ctx) {
      ctx.spawn(Client, { name: 'one', placement: 0 });
      ctx.spawn(Client, { name: 'two', placement: 1 });
    },
  },
  on: {},
});

/** Waits for a promise, for one that fails, for one whose value cannot be kept, and for one that never ends. */
const Piper = actor('Piper', {
  protocol: { Go: { what: t.literal('value', 'error', 'function', 'never', 'throw') } },
  state: () => ({ heard: [] as string[] }),
  on: {
    Go(state, { what }, ctx) {
      try {
        const start = (): PromiseLike<unknown> => {
          if (what === 'throw') throw new Error('not even a promise');
          if (what === 'error') return Promise.reject(new Error('no luck'));
          if (what === 'never') return new Promise(() => undefined);
          return Promise.resolve(what === 'function' ? { callback: () => 1 } : { answer: 42 });
        };
        ctx.pipe(start, { reply: 'Piped', timeoutMs: what === 'never' ? 30 : 10_000, context: what });
      } catch (thrown) {
        state.heard.push(thrown instanceof PlayhouseError ? thrown.code : 'something else');
      }
    },
  },
  replies: {
    Piped(state, { context, ...outcome }: PipeOutcome<{ readonly answer: number }, string>) {
      const what = outcome.ok ? `${outcome.reply.answer}` : `${outcome.error.code}: ${outcome.error.message}`;
      state.heard.push(`${context} → ${what}`);
    },
  },
});

type Heard = { readonly heard: readonly string[] };

export const TALKING_CASES: readonly Case[] = [
  {
    id: 'A1-timeout',
    title: 'a time-out carries target, time and kind; a time-out ≤ 0 fails at once; a late reply is a dead letter',
    behaviors: [Client, Server, Desk],
    root: Client,
    async run(driver) {
      const heard = async () => (await driver.state<Heard>('/root')).heard;
      await driver.until('the server runs', () => isRunning(driver, '/root/server'));
      const server = await driver.actor('/root/server');
      await driver.send('/root', { kind: 'Ask', timeoutMs: 30 });
      await driver.until('the ask times out', async () => (await heard()).length === 1);
      // On its own worker an actor is known by its path, elsewhere by its number.
      equal(await heard(), [`ask-timeout: Actor #${server?.id} gave no answer to Get within 30 ms.`], 'the error');
      await driver.send('/root/server', { kind: 'Answer' });
      await driver.until('a dead letter', async () => (await events(driver, 'dead-letter')).length === 1);
      equal((await events(driver, 'dead-letter'))[0]?.reason, 'late-reply', 'its reason');
      await driver.send('/root', { kind: 'Ask', timeoutMs: 0 });
      await driver.send('/root', { kind: 'Ask', timeoutMs: -5 });
      await driver.until('both have failed', async () => (await heard()).length === 3);
      await driver.send('/root', { kind: 'Ask', timeoutMs: 10_000 });
      await driver.quiet();
      await driver.send('/root/server', { kind: 'AnswerTwice' });
      await driver.until('an answer', async () => (await heard()).length === 4);
      await driver.until('the second is a dead letter', async () => {
        return (await events(driver, 'dead-letter')).reduce((sum, { count }) => sum + count, 0) === 2;
      });
      equal(
        (await heard()).map((text) => text.split(':')[0]),
        ['ask-timeout', 'ask-timeout', 'ask-timeout', 'got'],
        'outcomes',
      );
    },
  },
  puppetCase(
    'A1-failures',
    'a dead target fails at once, a responder that throws or refuses fails the ask, a full mailbox too',
    [
      {
        name: 'sup',
        children: [
          { name: 'a', at: 1 },
          { name: 'full', behavior: 'Full', at: 1 },
        ],
      },
    ],
    async (driver) => {
      const heard = async () => (await puppetState(driver, '/root/sup')).heard;
      const ask = (name: string, n: number) => driver.send('/root/sup', { kind: 'Ask', name, n, timeoutMs: 60_000 });
      await driver.until('a runs', () => isRunning(driver, A));
      await ask('a', 21);
      await driver.until('an answer', async () => (await heard()).length === 1);
      await ask('a', 5_000);
      await driver.until('a refusal', async () => (await heard()).length === 2);
      await ask('a', -1);
      await driver.until('a failure', async () => (await heard()).length === 3);
      await driver.until('a restarts', async () => (await restartsOf(driver, A)) === 1 && isRunning(driver, A));
      await driver.inject({ kind: 'slow', path: '/root/sup/full', delayMs: 60_000 });
      await ask('full', 1);
      await ask('full', 2);
      await driver.until('no room', async () => (await heard()).length === 4);
      await driver.send('/root/sup', { kind: 'StopChild', name: 'full' });
      await driver.until('one that waited', async () => (await heard()).length === 5);
      await driver.send(A, { kind: 'Quit' });
      await driver.until('a is gone', () => isGone(driver, A));
      await ask('a', 3);
      await driver.until('nobody there', async () => (await heard()).length === 6);
      equal(
        await heard(),
        [
          '21 → 42',
          '5000 → request-rejected',
          '-1 → handler-failed',
          '2 → mailbox-full',
          '1 → target-stopped',
          '3 → target-stopped',
        ],
        'outcomes',
      );
    },
  ),
  puppetCase(
    'A1-restart',
    "asks end with their asker's incarnation; their answers are dead letters, not news for the next one",
    [{ name: 'sup', children: [{ name: 'a', at: 1 }] }],
    async (driver) => {
      await driver.until('a runs', () => isRunning(driver, A));
      await driver.inject({ kind: 'slow', path: A, delayMs: 60_000 });
      await driver.send('/root/sup', { kind: 'Ask', name: 'a', n: 1, timeoutMs: 60_000 });
      await driver.quiet();
      await driver.inject({ kind: 'crash', path: '/root/sup' });
      await driver.until(
        'it restarts',
        async () => (await restartsOf(driver, '/root/sup')) === 1 && isRunning(driver, '/root/sup'),
      );
      await driver.quiet();
      equal((await puppetState(driver, '/root/sup')).heard, [], 'what the new incarnation heard');
    },
  ),
  {
    id: 'forward',
    title: 'a forwarded request is answered straight to whoever asked',
    behaviors: [Client, Server, Desk],
    root: Client,
    async run(driver) {
      await driver.until('the desk runs', () => isRunning(driver, '/root/desk'));
      await driver.send('/root', { kind: 'AskDesk' });
      await driver.until('the server has it', async () => {
        return (await driver.state<{ readonly waiting: readonly unknown[] }>('/root/server')).waiting.length === 1;
      });
      const before = (await driver.actor('/root/desk'))?.processed;
      await driver.send('/root/server', { kind: 'Answer' });
      await driver.until('an answer', async () => (await driver.state<Heard>('/root')).heard.length === 1);
      equal((await driver.state<Heard>('/root')).heard, ['got'], 'what the client heard');
      equal((await driver.actor('/root/desk'))?.processed, before, 'turns of the desk');
    },
  },
  {
    id: 'pipe',
    title: 'the outcome of a promise is one message; a simulated run refuses promises',
    behaviors: [Piper],
    root: Piper,
    async run(driver) {
      const whats = ['value', 'error', 'function', 'never', 'throw'];
      for (const what of whats) await driver.send('/root', { kind: 'Go', what });
      await driver.until(
        'all are settled',
        async () => (await driver.state<Heard>('/root')).heard.length === whats.length,
      );
      const { heard } = await driver.state<Heard>('/root');
      if (driver.clock === 'virtual') {
        equal(
          heard,
          whats.map(() => 'not-available'),
          'refusals',
        );
        return;
      }
      equal(
        [...heard].sort(),
        [
          'error → pipe-failed: no luck',
          'function → pipe-failed: The promise\'s value is not plain data: field "callback" must be plain data, not a function.',
          'never → ask-timeout: The promise was not settled within 30 ms.',
          'throw → pipe-failed: not even a promise',
          'value → 42',
        ],
        'outcomes',
      );
    },
  },
  {
    id: 'X1',
    title: 'load is measured from the intended send time: a 1-second stall shows',
    behaviors: [Client, Server, Desk],
    root: Client,
    async run(driver) {
      await driver.until('the server runs', () => isRunning(driver, '/root/server'));
      await driver.wait(1_100);
      await driver.send('/root', { kind: 'Load', count: 100, lateMs: 1_000 });
      await driver.until('the server has all', async () => {
        return (await driver.state<{ readonly waiting: readonly unknown[] }>('/root/server')).waiting.length === 100;
      });
      await driver.send('/root/server', { kind: 'Answer' });
      await driver.until('all are answered', async () => (await driver.load(0)).answered === 100);
      holds((await driver.load(980)).over >= 2, 'P99 is about a second');
      holds((await driver.load(480)).over >= 51, 'the median is about half a second');
    },
  },
  {
    id: 'X2',
    title: 'percentiles come from merged histograms: those of all workers together',
    behaviors: [Clients, Client, Server, Desk],
    root: Clients,
    async run(driver) {
      await driver.until('both servers run', async () => {
        return (await isRunning(driver, '/root/one/server')) && isRunning(driver, '/root/two/server');
      });
      await driver.wait(500);
      // 90 quick ones on one worker, 10 slow ones on the other: averaged percentiles would say a quarter of a second.
      await driver.send('/root/one', { kind: 'Load', count: 90, lateMs: 0 });
      await driver.send('/root/two', { kind: 'Load', count: 10, lateMs: 400 });
      for (const name of ['one', 'two']) {
        const count = name === 'one' ? 90 : 10;
        await driver.until('the server has them', async () => {
          return (
            (await driver.state<{ readonly waiting: readonly unknown[] }>(`/root/${name}/server`)).waiting.length ===
            count
          );
        });
        await driver.send(`/root/${name}/server`, { kind: 'Answer' });
      }
      await driver.until(
        'all are answered',
        async () => (await driver.load(0)).answered === 100 || (await driver.load(-1)).over === 100,
      );
      holds((await driver.load(350)).over >= 1, 'the slow ones are in it');
      if (driver.clock === 'virtual') equal((await driver.load(0)).over, 10, 'answers that took longer than no time');
    },
  },
];
