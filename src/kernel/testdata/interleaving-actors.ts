/** The actors of a play: they enter into its ledger what happens to them, and notice what must not happen. */
import { unreachable } from '../../base/assert.ts';
import type { AnyBehavior, AskOutcome } from '../behavior.ts';
import { actor } from '../definition.ts';
import { ActorError } from '../errors.ts';
import type { Ref } from '../ref.ts';
import type { MessageOf } from '../schema.ts';
import { attempt, type NodeContext, perform, smallPlan, spawnPlan } from './interleaving-command.ts';
import { keyOf, type Ledger, NodeProtocol, type NodeState, type Reply } from './interleaving-ledger.ts';
import { type Mode, type Plan, VARIANTS, type Variant } from './interleaving-plan.ts';

type Query = MessageOf<typeof NodeProtocol, 'Query'>;
type Pile = MessageOf<typeof NodeProtocol, 'Pile'>;

/** Starts with the children of its plan, those aside that it has kept. */
function begin(ledger: Ledger, state: NodeState, ctx: NodeContext): void {
  ledger.began(state, ctx.self, ctx.path);
  for (const [index, child] of state.plan.children.entries()) {
    const name = `c${index}`;
    if (ctx.child(name) === undefined) attempt(() => spawnPlan(ledger, ctx, name, child));
  }
  if (ledger.startsBadly(ctx.path)) throw new ActorError('Start', 'a bad start');
}

function handlePile(ledger: Ledger, piles: readonly Pile[]): void {
  for (const { n } of piles) ledger.ends.push(n);
  if (piles.some(({ n }) => n % 17 === 3)) throw new Error('a bad pile');
}

function answer(ledger: Ledger, state: NodeState, message: Query, ctx: NodeContext): void {
  const { query, replyTo } = message;
  const mode = message.mode as Mode;
  switch (mode) {
    case 'reply':
      return ctx.tell(replyTo, { kind: 'Got', query });
    case 'reply-twice':
      ctx.tell(replyTo, { kind: 'Got', query });
      return ctx.tell(replyTo, { kind: 'Got', query });
    case 'throw':
      throw new Error('asked too much');
    case 'reply-and-throw':
      ctx.tell(replyTo, { kind: 'Got', query });
      throw new Error('asked too much');
    case 'fail':
      return ctx.fail(replyTo, { code: 'request-rejected', message: '' });
    case 'stash':
      if (state.seen.includes(query)) return;
      state.seen.push(query);
      return attempt(() => ctx.stash(message));
    case 'quit':
      return ctx.stop();
    case 'forward': {
      const target = ledger.anyone(query * 7);
      if (target === undefined || !ledger.mayTell(ctx.self, target)) return;
      return ctx.forward(target, { ...message, mode: 'reply' });
    }
    case 'ignore':
    case 'no-time':
      return;
    default:
      return unreachable(mode, 'mode');
  }
}

function heardOfEnd(
  ledger: Ledger,
  isLiving: (ref: Ref) => boolean,
  state: NodeState,
  ref: Ref,
  ctx: NodeContext,
): void {
  ledger.seenAlive(state, 'terminated');
  if (!state.watching.includes(keyOf(ref))) ledger.problem('told of the end of somebody it does not watch');
  state.watching = state.watching.filter((key) => key !== keyOf(ref));
  if (isLiving(ref)) ledger.problem('told of the end of somebody who lives');
  // Starts another one at once, as pools do.
  const { lives } = ledger;
  if (lives % 3 === 0) attempt(() => spawnPlan(ledger, ctx, `r${lives % 2}`, smallPlan(lives, lives)));
}

function node(name: string, variant: Variant, ledger: Ledger, isLiving: (ref: Ref) => boolean): AnyBehavior {
  return actor(name, {
    ...variant,
    protocol: NodeProtocol,
    state: (plan: Plan): NodeState => ({ plan, life: ++ledger.lives, seen: [], watching: [], isOpen: false }),
    on: {
      Work(state, { n }) {
        ledger.seenAlive(state, 'Work');
        ledger.ends.push(n);
      },
      Pile: {
        upTo: 3,
        handle(state, messages) {
          ledger.seenAlive(state, 'Pile');
          handlePile(ledger, messages);
        },
      },
      Tick: (state) => ledger.seenAlive(state, 'Tick'),
      Query(state, message, ctx) {
        ledger.seenAlive(state, 'Query');
        answer(ledger, state, message, ctx);
      },
      Do(state, message, ctx) {
        ledger.seenAlive(state, 'Do');
        perform(ledger, state, message, ctx);
      },
    },
    become: {
      stashing: {
        Work(state, message, ctx) {
          ledger.seenAlive(state, 'stashing');
          try {
            ctx.stash(message);
          } catch {
            ledger.ends.push(message.n);
          }
        },
      },
    },
    replies: {
      Got(state, outcome: AskOutcome<Reply, number>) {
        ledger.seenAlive(state, 'Got');
        ledger.settled(state, outcome.context, outcome.ok ? outcome.reply : undefined);
        if (outcome.ok && outcome.context % 11 === 5) throw new Error('a bad reply');
      },
    },
    signals: {
      preStart: (state, ctx) => begin(ledger, state, ctx),
      postStop: (state, ctx) => ledger.ended(state, ctx.path),
      terminated: (state, { ref }, ctx) => heardOfEnd(ledger, isLiving, state, ref, ctx),
      receiveTimeout: (state) => ledger.seenAlive(state, 'receiveTimeout'),
      backpressure: (state) => ledger.seenAlive(state, 'backpressure'),
    },
  }) as unknown as AnyBehavior;
}

/** Everybody in a play; `Top` is its root, and forgives everything. */
export function castOf(ledger: Ledger, isLiving: (ref: Ref) => boolean): readonly AnyBehavior[] {
  const top = actor('Top', {
    protocol: {},
    supervision: { intensity: 1_000, periodMs: 1 },
    state: ({ forest }: { readonly forest: readonly Plan[] }) => ({ forest }),
    on: {},
    signals: {
      preStart({ forest }, ctx) {
        for (const [index, plan] of forest.entries()) spawnPlan(ledger, ctx, `c${index}`, plan);
      },
    },
  });
  return [top, ...Object.entries(VARIANTS).map(([name, variant]) => node(name, variant, ledger, isLiving))];
}
