/** What the actors of a play do when they are told to: everything that a context offers. */
import { unreachable } from '../../base/assert.ts';
import type { Behavior } from '../behavior.ts';
import type { ChildView, Context } from '../context.ts';
import { ActorError, PlayhouseError } from '../errors.ts';
import type { MessageOf } from '../schema.ts';
import { keyOf, type Ledger, type NodeProtocol, type NodeRef, type NodeState } from './interleaving-ledger.ts';
import { type Command, MODES, NAMES, type Plan, RESTARTS } from './interleaving-plan.ts';

export type NodeContext = Context<typeof NodeProtocol, 'stashing', 'Got'>;
type DoMessage = MessageOf<typeof NodeProtocol, 'Do'>;

export function spawnPlan(ledger: Ledger, ctx: Pick<NodeContext, 'path' | 'spawn'>, name: string, plan: Plan): void {
  const { behavior, worker, restart, lazy, shutdownMs, badStarts } = plan;
  const path = `${ctx.path}/${name}`;
  if (badStarts > 0 && !ledger.badStarts.has(path)) ledger.badStarts.set(path, badStarts);
  // Behaviors are found by their names: the name is all that a spawn needs.
  const ref = ctx.spawn({ name: behavior } as unknown as Behavior<typeof NodeProtocol, Plan>, {
    name,
    args: plan,
    placement: worker,
    shutdownMs,
    lazy,
    ...(restart === undefined ? {} : { restart }),
  });
  ledger.known.push({ ref, behavior });
  if (restart === 'permanent') ledger.permanent.add(path);
}

/** A plan without children, by numbers. */
export function smallPlan(behavior: number, worker: number, fields: Partial<Plan> = {}): Plan {
  return {
    behavior: NAMES[behavior % NAMES.length] ?? 'Plain',
    worker,
    restart: undefined,
    lazy: false,
    shutdownMs: 20,
    badStarts: 0,
    children: [],
    ...fields,
  };
}

/** What the kernel refuses is no failure here: names that are taken, specs that are not there. */
export function attempt(action: () => void): void {
  try {
    action();
  } catch (thrown) {
    if (!(thrown instanceof PlayhouseError)) throw thrown;
  }
}

function passOn(ledger: Ledger, ctx: NodeContext, to: NodeRef, count: number): void {
  if (!ledger.mayTell(ctx.self, to)) return;
  for (let i = 0; i < count; i++) {
    const n = ledger.sent++;
    ctx.tell(to, i % 2 === 1 ? { kind: 'Pile', n } : { kind: 'Work', n });
  }
}

function askAbout(ledger: Ledger, { life }: NodeState, ctx: NodeContext, to: NodeRef, { n, count }: DoMessage): void {
  if (!ledger.mayTell(ctx.self, to)) return;
  const query = ledger.asked.length;
  const mode = MODES[(n + count) % MODES.length] ?? 'reply';
  ledger.asked.push({ life, mode, path: ctx.path, outcomes: 0 });
  const timeoutMs = mode === 'no-time' ? 0 : 5 + count;
  ctx.ask(to, { kind: 'Query', query, mode }, { reply: 'Got', timeoutMs, context: query });
}

function spawnAnother(ledger: Ledger, ctx: NodeContext, { n, to, count }: DoMessage): void {
  const restart = RESTARTS[n % RESTARTS.length];
  // A path belongs to a permanent actor always or never.
  const name = `d${n % 3}${restart === 'permanent' ? 'p' : ''}`;
  const plan = smallPlan(to, count, { restart, lazy: n % 3 === 0, badStarts: n % 5 === 1 ? 1 : 0 });
  attempt(() => spawnPlan(ledger, ctx, name, plan));
}

function stopSomeChild(ctx: NodeContext, count: number): void {
  const running = ctx.children().filter((child) => child.running);
  const child = running[count % Math.max(1, running.length)];
  if (child !== undefined) ctx.stop(child.ref);
}

function stoppedChild(ctx: NodeContext): ChildView | undefined {
  return ctx.children().find(({ running }) => !running);
}

function restartStoppedChild(ledger: Ledger, ctx: NodeContext): void {
  const child = stoppedChild(ctx);
  if (child === undefined) return;
  // Whose child it was is not remembered: it might block those who tell it something.
  attempt(() => ledger.known.push({ ref: ctx.restartChild(child.name) as NodeRef, behavior: 'Block' }));
}

function watchAll(state: NodeState, ctx: NodeContext, refs: readonly NodeRef[]): void {
  for (const ref of refs) {
    if (!state.watching.includes(keyOf(ref))) state.watching.push(keyOf(ref));
    ctx.watch(ref);
  }
}

function putAside(ledger: Ledger, { isOpen }: NodeState, ctx: NodeContext, message: DoMessage): void {
  if (isOpen) {
    ledger.ends.push(message.n);
    return;
  }
  try {
    ctx.stash(message);
  } catch (thrown) {
    ledger.ends.push(message.n);
    throw thrown;
  }
}

export function perform(ledger: Ledger, state: NodeState, message: DoMessage, ctx: NodeContext): void {
  const command = message.command as Command;
  if (command === 'stash') return putAside(ledger, state, ctx, message);
  ledger.ends.push(message.n);
  const { to, count } = message;
  const target = ledger.anyone(to);
  if (target === undefined) return;
  switch (command) {
    case 'become':
      return ctx.become('stashing');
    case 'normal':
      return ctx.become();
    case 'unstash':
      state.isOpen = true;
      ctx.become();
      return ctx.unstash();
    case 'unstash-some':
      state.isOpen = !state.isOpen;
      return ctx.unstash(count);
    case 'pass':
      return passOn(ledger, ctx, target, count);
    case 'ask':
      return askAbout(ledger, state, ctx, target, message);
    case 'watch':
      return watchAll(state, ctx, [target]);
    case 'watch-children':
      return watchAll(
        state,
        ctx,
        ctx.children().map(({ ref }) => ref as NodeRef),
      );
    case 'unwatch':
      state.watching = state.watching.filter((key) => key !== keyOf(target));
      return ctx.unwatch(target);
    case 'spawn':
      return spawnAnother(ledger, ctx, message);
    case 'stop-child':
      return stopSomeChild(ctx, count);
    case 'restart-child':
      return restartStoppedChild(ledger, ctx);
    case 'delete-child':
      return attempt(() => ctx.deleteChild(stoppedChild(ctx)?.name ?? 'nobody'));
    case 'quit':
      return ctx.stop();
    case 'quit-twice':
      ctx.stop();
      return ctx.stop();
    case 'quit-and-throw':
      ctx.stop();
      throw new Error('after quitting');
    case 'throw':
      throw new Error('on purpose');
    case 'Resume':
    case 'Stop':
    case 'Escalate':
      throw new ActorError(command, 'on purpose');
    case 'idle':
      return ctx.setReceiveTimeout(count * 3);
    case 'tick':
      return ctx.startTimer(`t${count % 2}`, { kind: 'Tick' }, count);
    case 'every':
      return ctx.startPeriodicTimer('every', { kind: 'Tick' }, 3 + count);
    case 'cancel':
      return ctx.cancelTimer('every');
    default:
      return unreachable(command, 'command');
  }
}
