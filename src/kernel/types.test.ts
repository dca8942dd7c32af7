/** What authors cannot write: each `@ts-expect-error` fails the type check when the mistake below it compiles. */
import { describe, expect, it } from 'vitest';
import type { AskOutcome, RefOf } from './behavior.ts';
import type { Context } from './context.ts';
import { actor } from './definition.ts';
import type { Ref } from './ref.ts';
import { type MessageOf, t } from './schema.ts';

const Account = actor('Account', {
  protocol: {
    Deposit: { amount: t.int32, note: t.optional(t.string) },
    Balance: { replyTo: t.ref({ Amount: { cents: t.int32 } }) },
  },
  state: ({ opening = 0 }: { readonly opening?: number }) => ({ cents: opening }),
  on: {
    Deposit(state, { amount }) {
      state.cents += amount;
    },
    Balance(state, { replyTo }, ctx) {
      ctx.tell(replyTo, { kind: 'Amount', cents: state.cents });
    },
  },
});

type AccountRef = Ref<MessageOf<typeof Account.protocol>>;

/** Never called: compiling it is the test. */
function mistakes(ctx: Context, account: AccountRef): void {
  ctx.tell(account, { kind: 'Deposit', amount: 1 });
  ctx.tell(account, { kind: 'Deposit', amount: 1, note: 'x' });
  // @ts-expect-error unknown kind
  ctx.tell(account, { kind: 'Withdraw', amount: 1 });
  // @ts-expect-error missing field
  ctx.tell(account, { kind: 'Deposit' });
  // @ts-expect-error wrong type
  ctx.tell(account, { kind: 'Deposit', amount: '1' });
  ctx.ask(account, { kind: 'Balance' }, { reply: 'Known', timeoutMs: 10 });
  // @ts-expect-error not a kind that can be asked
  ctx.ask(account, { kind: 'Deposit', amount: 1 }, { reply: 'Known', timeoutMs: 10 });
  ctx.spawn(Account, { args: { opening: 3 } });
  // @ts-expect-error wrong arguments
  ctx.spawn(Account, { args: { opening: 'three' } });
  // @ts-expect-error a ref of unknown protocol can be passed around, but not told anything
  ctx.tell(account as Ref, { kind: 'Deposit', amount: 1 });
}

const Teller = actor('Teller', {
  protocol: {},
  state: ({ bank }: { readonly bank: AccountRef }) => ({ bank }),
  on: {},
});

/** An actor that uses every name it may: names of replies, of behaviours and of internal kinds are checked too. */
const Door = actor('Door', {
  protocol: { Open: {}, Knock: { times: t.int32 } },
  internal: { Creak: { loud: t.boolean } },
  state: () => ({ open: false }),
  on: {
    Open: (_, __, ctx) => ctx.become('open'),
    Knock: {
      upTo: 10,
      handle: (state, messages) => {
        state.open = messages.some(({ times }) => times > 3);
      },
    },
    Creak: (_, { loud }, ctx) => {
      if (loud) ctx.setReceiveTimeout(1_000);
      ctx.become();
      // @ts-expect-error no behaviour of that name
      ctx.become('ajar');
    },
  },
  become: {
    open: {
      Knock: (state, { times }, ctx) => {
        state.open = times > 1;
        ctx.startTimer('creak', { kind: 'Creak', loud: true }, 10);
        // @ts-expect-error a timer's message is one of its own
        ctx.startTimer('creak', { kind: 'Groan' }, 10);
        ctx.ask(ctx.self as unknown as AccountRef, { kind: 'Balance' }, { reply: 'Known', timeoutMs: 10 });
        // @ts-expect-error no reply handler of that name
        ctx.ask(ctx.self as unknown as AccountRef, { kind: 'Balance' }, { reply: 'Unknown', timeoutMs: 10 });
        // @ts-expect-error no reply handler of that name
        ctx.pipe(() => Promise.resolve(1), { reply: 'Unknown', timeoutMs: 10 });
      },
    },
  },
  replies: {
    Known: (state, outcome: AskOutcome<{ readonly kind: 'Amount'; readonly cents: number }>) => {
      state.open = outcome.ok;
    },
  },
  mailbox: { priority: (message) => (message.kind === 'Knock' ? message.times : 0), overflow: 'block' },
  supervision: { strategy: 'rest_for_one', onFailure: { Declined: 'resume', '*': 'escalate' } },
});

/** Never called: compiling it is the test. */
function wrongDefinition(): void {
  actor('Gate', {
    protocol: { Open: {} },
    state: () => ({}),
    on: { Open: () => undefined },
    become: {
      shut: {
        // @ts-expect-error not a kind of the protocol
        Ring: () => undefined,
      },
    },
  });
}

/** Never called: compiling it is the test. */
function moreMistakes(ctx: Context, door: RefOf<typeof Door>, account: AccountRef): void {
  ctx.tell(door, { kind: 'Knock', times: 1 });
  // @ts-expect-error internal kinds are nobody else's
  ctx.tell(door, { kind: 'Creak', loud: true });
  // @ts-expect-error forwarded messages fit the receiver too
  ctx.forward(door, { kind: 'Knock', times: '1' });
  ctx.spawn(Account, { restart: 'permanent', onFailure: { TypeError: 'stop' } });
  // @ts-expect-error it cannot do without its arguments
  ctx.spawn(Teller);
  // @ts-expect-error it cannot do without its arguments
  ctx.spawn(Teller, { name: 'teller' });
  ctx.spawn(Teller, { args: { bank: account } });
  // @ts-expect-error unknown restart type
  ctx.spawn(Account, { restart: 'sometimes' });
  // @ts-expect-error unknown decision
  ctx.spawn(Account, { onFailure: { TypeError: 'panic' } });
}

actor('Deaf', {
  protocol: { Ping: {} },
  state: () => ({}),
  // @ts-expect-error no handler for Ping
  on: {},
  ...({ on: { Ping: () => undefined } } as object),
});

describe('definitions', () => {
  it('mistakes do not compile', () => expect([mistakes, moreMistakes, wrongDefinition]).toHaveLength(3));

  const minimal = { protocol: {}, state: () => ({}), on: {} };
  const refused: readonly [string, () => unknown, string][] = [
    ['empty name', () => actor('', minimal), 'name'],
    ['slash in a name', () => actor('a/b', minimal), 'name'],
    ['capacity 0', () => actor('A', { ...minimal, mailbox: { capacity: 0 } }), 'mailbox.capacity'],
    ['capacity too large', () => actor('A', { ...minimal, mailbox: { capacity: 65_537 } }), 'mailbox.capacity'],
    [
      'unknown overflow',
      () => actor('A', { ...minimal, mailbox: { overflow: 'explode' as 'drop-newest' } }),
      'mailbox.overflow',
    ],
    ['negative intensity', () => actor('A', { ...minimal, supervision: { intensity: -1 } }), 'supervision.intensity'],
    ['no period', () => actor('A', { ...minimal, supervision: { periodMs: 0 } }), 'supervision.periodMs'],
    [
      'unknown strategy',
      () => actor('A', { ...minimal, supervision: { strategy: 'x' as 'one_for_one' } }),
      'supervision.strategy',
    ],
    ['no stash', () => actor('A', { ...minimal, mailbox: { stash: 0 } }), 'mailbox.stash'],
    ['negative deadline', () => actor('A', { ...minimal, mailbox: { deadlineMs: -1 } }), 'mailbox.deadlineMs'],
    ['unknown end', () => actor('A', { ...minimal, mailbox: { onStop: 'burn' as 'drain' } }), 'mailbox.onStop'],
    [
      'unknown budget',
      () => actor('A', { ...minimal, supervision: { budget: 'x' as 'per_child' } }),
      'supervision.budget',
    ],
    [
      'unknown decision',
      () => actor('A', { ...minimal, supervision: { onFailure: { E: 'x' as 'stop' } } }),
      'supervision.onFailure.E',
    ],
    ['unknown decision of its own', () => actor('A', { ...minimal, onFailure: { E: 'x' as 'stop' } }), 'onFailure.E'],
    [
      'no backoff',
      () => actor('A', { ...minimal, supervision: { backoff: { minMs: 0, maxMs: 1 } } }),
      'supervision.backoff.minMs',
    ],
    [
      'backoff that shrinks',
      () => actor('A', { ...minimal, supervision: { backoff: { minMs: 2, maxMs: 1 } } }),
      'supervision.backoff.maxMs',
    ],
    [
      'too much jitter',
      () => actor('A', { ...minimal, supervision: { backoff: { minMs: 1, maxMs: 1, jitter: 2 } } }),
      'supervision.backoff.jitter',
    ],
    ['no time to be idle', () => actor('A', { ...minimal, passivateAfterMs: 0 }), 'passivateAfterMs'],
    [
      'internal kind that is public',
      () => actor('A', { ...minimal, protocol: { Ping: {} }, internal: { Ping: {} }, on: { Ping: () => undefined } }),
      'internal.Ping',
    ],
    ['handler of no kind', () => actor('A', { ...minimal, on: { Ping: () => undefined } as object }), 'on.Ping'],
    [
      'batch of nothing',
      () => actor('A', { ...minimal, protocol: { P: {} }, on: { P: { upTo: 0, handle: () => undefined } } }),
      'on.P.upTo',
    ],
    ['no literal', () => t.literal(), 'values'],
    ['too many literals', () => t.literal(...Array.from({ length: 257 }, String)), 'values'],
    ['missing handler', () => actor('A', { ...minimal, protocol: { Ping: {} }, on: {} as never }), 'on.Ping'],
  ];
  for (const [what, make, field] of refused) {
    it(`${what} is refused, naming ${field}`, () => {
      expect(make).toThrowError(expect.objectContaining({ code: 'invalid-configuration', field }));
    });
  }
});
