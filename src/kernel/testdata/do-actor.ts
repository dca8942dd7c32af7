/**
 * Actors that do what a test hands them: a script, run in a turn of its own with the actor's context. With them a test can
 * say in a few lines who does what and when, and let two workers act before either hears of the other.
 *
 * `/root` is a `Plain`, unless the test names another. Scripts come to the kernel of their actor from outside, so they are
 * never copied; between workers a function could not travel.
 */

import { viewOf } from '../actor-table.ts';
import type { AskOutcome, Behavior, BehaviorDefinition } from '../behavior.ts';
import { namesOf } from '../cell.ts';
import type { Context, SpawnOptions } from '../context.ts';
import { actor } from '../definition.ts';
import { ActorError } from '../errors.ts';
import { injectFault } from '../inject.ts';
import type { Kernel } from '../kernel.ts';
import type { Ref } from '../ref.ts';
import { type MessageOf, t } from '../schema.ts';
import type { TraceEventBody } from '../trace.ts';
import type { ActorStatus } from '../view.ts';
import { type TestOptions, TestSystem } from './test-system.ts';

const GotProtocol = { Got: { n: t.int32 } } as const;

export const DoProtocol = {
  /** Runs a `Script`. */
  Do: { script: t.any },
  /** Is written into the state and into the log. */
  Work: { n: t.int32 },
  /** Is answered with the same number. */
  Ask: { n: t.int32, replyTo: t.ref(GotProtocol) },
} as const;

export type DoRef = Ref<MessageOf<typeof DoProtocol>>;
export type DoContext = Context<typeof DoProtocol, never, 'Got'>;

export interface DoState {
  readonly done: number[];
}

/** What an actor does in one turn. */
export type Script = (ctx: DoContext) => void;

type Definition = BehaviorDefinition<typeof DoProtocol, DoState, object, Record<never, never>, never, 'Got'>;

/** The settings of a behavior; its handlers replace those above. */
export type DoOptions = Partial<
  Pick<Definition, 'state' | 'signals' | 'mailbox' | 'supervision' | 'passivateAfterMs'>
> & {
  readonly on?: Partial<Definition['on']>;
};

function doActor(name: string, log: string[], options: DoOptions): Behavior<typeof DoProtocol, object> {
  const { on, ...settings } = options;
  return actor<typeof DoProtocol, DoState, object, Record<never, never>, never, 'Got'>(name, {
    protocol: DoProtocol,
    state: () => ({ done: [] }),
    on: {
      Do: (_, { script }, ctx) => (script as Script)(ctx),
      Work(state, { n }, ctx) {
        state.done.push(n);
        log.push(`${ctx.path}#${ctx.incarnation} ${n}`);
      },
      Ask: (_, { n, replyTo }, ctx) => ctx.tell(replyTo, { kind: 'Got', n }),
      ...on,
    },
    replies: {
      Got(_, outcome: AskOutcome<MessageOf<typeof GotProtocol>>, ctx) {
        log.push(`${ctx.path} got ${outcome.ok ? outcome.reply.n : outcome.error.code}`);
      },
    },
    ...settings,
  });
}

export interface DoSystemOptions extends TestOptions {
  /** Name of the root's behavior; default `Plain`. */
  readonly root?: string;
  /** Where actors write what they did, for tests with handlers of their own that write there too. */
  readonly log?: string[];
}

/** A spawn by the name of the behavior; default `Plain`. */
export interface DoSpawn extends Omit<SpawnOptions<object>, 'name' | 'args'> {
  readonly behavior?: string;
}

export const work = (n: number): MessageOf<typeof DoProtocol, 'Work'> => ({ kind: 'Work', n });

/** A script that fails. */
export const boom: Script = () => {
  throw new Error('boom');
};

/** A script that fails with an error of that kind. */
export const failAs = (kind: string): Script => {
  return () => {
    throw new ActorError(kind, 'on purpose');
  };
};

/** A script that stops its actor. */
export const quit: Script = (ctx) => ctx.stop();

export function spawn(ctx: DoContext, name: string, { behavior = 'Plain', ...options }: DoSpawn = {}): DoRef {
  // Behaviors are found by their names: the name is all that a spawn needs.
  return ctx.spawn({ name: behavior } as unknown as Behavior<typeof DoProtocol, object>, { name, ...options });
}

/** A running system of such actors. `cast`: settings by the name of the behavior; `Plain`, without any, is always there. */
export class DoSystem extends TestSystem {
  /** `/root/a#2 7`: the second incarnation of `a` handled Work 7; `/root got 7`: an outcome, or the code of an error. */
  readonly log: string[];

  constructor(cast: Readonly<Record<string, DoOptions>> = {}, options: DoSystemOptions = {}) {
    const { log = [], root = 'Plain' } = options;
    const behaviors = Object.entries({ Plain: {}, ...cast }).map(([name, settings]) => doActor(name, log, settings));
    super(behaviors, options);
    this.log = log;
    this.start(root);
  }

  /** Hands an actor a script, without running anything. */
  postDo(path: string, script: Script): void {
    const { kernel, cell } = this.find(path);
    const message = { kind: 'Do', script };
    kernel.receiveMessage(cell.ref, message);
  }

  /** Hands an actor a script and lets everything happen that comes of it. */
  do(path: string, script: Script): void {
    this.postDo(path, script);
    this.settle();
  }

  /** Lets an actor start a child. */
  spawn(path: string, name: string, options: DoSpawn = {}): DoRef {
    this.do(path, (ctx) => spawn(ctx, name, options));
    return this.ref(`${path}/${name}`);
  }

  /** Lets an actor stop a child, without running anything. */
  postStopChild(path: string, name: string): void {
    this.postDo(path, (ctx) => ctx.stop(ctx.child(name)));
  }

  stopChild(path: string, name: string): void {
    this.postStopChild(path, name);
    this.settle();
  }

  ref(path: string): DoRef {
    return this.find(path).cell.ref as DoRef;
  }

  kernel(worker: number): Kernel {
    return this.kernels[worker] as Kernel;
  }

  /** Lets one worker work until it has nothing to do. What it sends to others stays on its way. */
  run(worker: number): void {
    this.kernel(worker).run(1_000_000, 64);
  }

  /** One turn of one worker. */
  turn(worker: number): void {
    this.kernel(worker).run(1, 1);
  }

  /** Delivers what is on its way, without running anybody. */
  deliverAll(): void {
    while (this.deliverOne());
  }

  /** It is that late, and one worker notices, without running anybody. */
  late(worker: number, nowMs: number): void {
    this.nowMs = nowMs;
    this.kernel(worker).advance(nowMs);
  }

  /** Each message of the actor takes that much longer from now on. */
  slow(path: string, delayMs: number): void {
    const { kernel, cell } = this.find(path);
    injectFault(kernel, cell, { kind: 'slow', path, delayMs });
  }

  status(path: string): ActorStatus {
    return viewOf(this.table, namesOf(this.find(path).cell)).status;
  }

  incarnation(path: string): number {
    return this.find(path).cell.incarnation;
  }

  paths(): readonly string[] {
    return this.cells().map(({ path }) => path);
  }

  /** The paths of the actors to which something of that type happened, in order. */
  happened(type: TraceEventBody['type']): readonly string[] {
    return this.events.flatMap(({ body }) => (body.type === type && 'path' in body ? [body.path] : []));
  }
}
