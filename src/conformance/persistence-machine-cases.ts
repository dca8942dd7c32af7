/** Finite-state machines as actors. Not in the list of cases; modelled on what Erlang's gen_statem promises. */
import type { AskOutcome, RefOf } from '../kernel/behavior.ts';
import { actor } from '../kernel/definition.ts';
import type { AnyMessage } from '../kernel/ref.ts';
import { t } from '../kernel/schema.ts';
import { type MachineView, stateMachine } from '../patterns/state/state-machine.ts';
import { type Case, type Driver, equal } from './case.ts';

/** Prints one job at a time; jobs that come meanwhile wait, and while it is off it takes none. */
const Printer = stateMachine('Printer', {
  protocol: { TurnOn: {}, TurnOff: {}, Jam: {}, Print: { n: t.int32, replyTo: t.ref({ Printing: { n: t.int32 } }) } },
  data: () => ({ log: [] as string[] }),
  initial: 'off',
  states: {
    off: { on: { TurnOn: 'idle' } },
    idle: {
      entry: ({ log }) => void log.push('idle'),
      exit: ({ log }) => void log.push('not idle'),
      on: {
        Print: {
          to: 'printing',
          run({ log }, { n, replyTo }, ctx) {
            log.push(`print ${n}`);
            ctx.tell(replyTo, { kind: 'Printing', n });
          },
        },
        TurnOff: 'off',
        Jam: {
          run: () => {
            throw new Error('jammed');
          },
        },
      },
    },
    printing: {
      entry: ({ log }) => void log.push('printing'),
      after: { ms: 20, to: 'idle' },
      unhandled: 'stash',
    },
  },
  mailbox: { stash: 4 },
});

const Clerk = actor('Clerk', {
  protocol: { Print: { from: t.int32, upTo: t.int32 }, Press: { button: t.literal('TurnOn', 'TurnOff', 'Jam') } },
  state: () => ({ printer: null as RefOf<typeof Printer> | null, heard: [] as string[] }),
  signals: {
    preStart(state, ctx) {
      state.printer = ctx.spawn(Printer, { name: 'printer', placement: 1 });
    },
  },
  on: {
    Print({ printer }, { from, upTo }, ctx) {
      for (let n = from; printer !== null && n <= upTo; n++) {
        ctx.ask(printer, { kind: 'Print', n }, { reply: 'Answered', timeoutMs: 10_000, context: n });
      }
    },
    Press({ printer }, { button }, ctx) {
      if (printer !== null) ctx.tell(printer, { kind: button });
    },
  },
  replies: {
    Answered: (state, outcome: AskOutcome<AnyMessage, number>) =>
      void state.heard.push(`${outcome.context} ${outcome.ok ? 'printing' : outcome.error.code}`),
  },
});

const PRINTER = '/root/printer';

const printer = (driver: Driver) => driver.state<MachineView<string, { readonly log: readonly string[] }>>(PRINTER);
const heard = async (driver: Driver) => (await driver.state<{ readonly heard: readonly string[] }>('/root')).heard;
const press = (driver: Driver, button: string) => driver.send('/root', { kind: 'Press', button });

async function print(driver: Driver, from: number, upTo: number): Promise<void> {
  const before = (await heard(driver)).length;
  await driver.send('/root', { kind: 'Print', from, upTo });
  await driver.until('answers', async () => (await heard(driver)).length === before + upTo - from + 1);
}

const isIn = (driver: Driver, state: string): Promise<void> =>
  driver.until(`the state ${state}`, async () => (await printer(driver)).state === state);

function machineCase(id: string, title: string, run: (driver: Driver) => Promise<void>): Case {
  return { id, title, behaviors: [Clerk, Printer], root: Clerk, run };
}

export const MACHINE_CASES: readonly Case[] = [
  machineCase(
    'machine-moves',
    'a transition leaves the old state, acts and enters the new one, in that order',
    async (driver) => {
      await press(driver, 'TurnOn');
      await print(driver, 1, 1);
      // On real threads its printing may be over already, which begins another transition.
      const { log } = (await printer(driver)).data;
      equal(log.slice(0, 4), ['idle', 'not idle', 'print 1', 'printing'], 'actions');
    },
  ),

  machineCase(
    'machine-ignores',
    'what a state has no transition for is counted, and its asker hears at once',
    async (driver) => {
      await print(driver, 1, 2);
      equal(await heard(driver), ['1 request-rejected', '2 request-rejected'], 'answers');
      const { state, ignored, entered } = await printer(driver);
      equal({ state, ignored, entered }, { state: 'off', ignored: 2, entered: 1 }, 'machine');
    },
  ),

  machineCase('machine-stashes', 'what a state puts off is handled in the next one, in order', async (driver) => {
    await press(driver, 'TurnOn');
    await print(driver, 1, 4);
    equal(await heard(driver), ['1 printing', '2 printing', '3 printing', '4 printing'], 'answers');
    await isIn(driver, 'idle');
    const { log } = (await printer(driver)).data;
    equal(
      log.filter((line) => line.startsWith('print ')),
      ['print 1', 'print 2', 'print 3', 'print 4'],
      'jobs',
    );
  }),

  machineCase('machine-stash-full', 'what there is no room to put off is refused', async (driver) => {
    await press(driver, 'TurnOn');
    await print(driver, 1, 7);
    equal(
      (await heard(driver)).filter((text) => text.endsWith('stash-full')),
      ['6 stash-full', '7 stash-full'],
      'refused',
    );
  }),

  machineCase('machine-times-out', 'a state is left after its time, and only if it still lasts', async (driver) => {
    await press(driver, 'TurnOn');
    await print(driver, 1, 1);
    await isIn(driver, 'idle');
    await press(driver, 'TurnOff');
    await isIn(driver, 'off');
    await driver.wait(50);
    const { state, entered } = await printer(driver);
    equal({ state, entered }, { state: 'off', entered: 5 }, 'machine');
  }),

  machineCase('machine-restarts', 'a failure restarts it in its initial state', async (driver) => {
    await press(driver, 'TurnOn');
    await isIn(driver, 'idle');
    await press(driver, 'Jam');
    await driver.until('the restart', async () => {
      const actor = await driver.actor(PRINTER);
      return actor?.restarts === 1 && actor.status === 'running';
    });
    const { state, entered, data } = await printer(driver);
    equal({ state, entered, log: data.log }, { state: 'off', entered: 1, log: [] }, 'machine');
  }),
];
