/** What authors cannot write: each `@ts-expect-error` fails the type check when the mistake below it compiles. */
import { describe, expect, it } from 'vitest';
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

actor('Deaf', {
  protocol: { Ping: {} },
  state: () => ({}),
  // @ts-expect-error no handler for Ping
  on: {},
  ...({ on: { Ping: () => undefined } } as object),
});

describe('definitions', () => {
  it('mistakes do not compile', () => expect(mistakes).toBeTypeOf('function'));

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
