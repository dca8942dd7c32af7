/** A cluster of the actors of kernel/testdata/do-actor.ts: they do what a test hands them. `/root` is a `Plain` on worker 0. */
import { FIELD } from '../../../kernel/actor-table.ts';
import type { AnyBehavior, AskOutcome, Behavior } from '../../../kernel/behavior.ts';
import { actor } from '../../../kernel/definition.ts';
import {
  type DoOptions,
  DoProtocol,
  type DoRef,
  type DoSpawn,
  type DoState,
  type Script,
  spawn,
} from '../../../kernel/testdata/do-actor.ts';
import { Cluster, type ClusterOptions } from './cluster.ts';

type Got = AskOutcome<{ readonly kind: 'Got'; readonly n: number }>;

function doActor(name: string, log: string[], { on, ...settings }: DoOptions): Behavior<typeof DoProtocol, object> {
  return actor<typeof DoProtocol, DoState, object, Record<never, never>, never, 'Got'>(name, {
    protocol: DoProtocol,
    state: () => ({ done: [] }),
    on: {
      Do: (_, { script }, ctx) => (script as Script)(ctx),
      Work: (_, { n }, ctx) => void log.push(`${ctx.path}#${ctx.incarnation} ${n}`),
      Ask: (_, { n, replyTo }, ctx) => ctx.tell(replyTo, { kind: 'Got', n }),
      ...on,
    },
    replies: {
      Got: (_, outcome: Got, ctx) =>
        void log.push(`${ctx.path} got ${outcome.ok ? outcome.reply.n : outcome.error.code}`),
    },
    signals: { terminated: (_, { reason }, ctx) => void log.push(`${ctx.path} terminated ${reason}`) },
    ...settings,
  });
}

export class DoCluster extends Cluster {
  /**
   * `/root/a#2 7`: the second incarnation of `a` handled Work 7; `/root got 7`: an outcome, or the code of an error;
   * `/root terminated normal`: somebody whom it watched has stopped.
   */
  readonly log: string[];

  /** @param cast settings by the name of the behavior; `Plain`, without any, is always there */
  constructor(cast: Readonly<Record<string, DoOptions>> = {}, options: ClusterOptions = {}) {
    const log: string[] = [];
    super(
      Object.entries({ Plain: {}, ...cast }).map(([name, settings]) => doActor(name, log, settings) as AnyBehavior),
      options,
    );
    this.log = log;
    this.start('Plain');
  }

  /** Hands an actor a script, without running anything. */
  postDo(path: string, script: Script): void {
    this.post(path, { kind: 'Do', script });
  }

  /** Hands an actor a script and lets everything happen that comes of it. */
  do(path: string, script: Script): void {
    this.postDo(path, script);
    this.settle();
  }

  /** A child of the root, on that worker, from where it may move. */
  place(name: string, worker: number, options: DoSpawn = {}): DoRef {
    const path = `/root/${name}`;
    this.do('/root', (ctx) => void spawn(ctx, name, { ...options, placement: worker }));
    const { ref } = this.find(path).cell;
    this.page.table.setField(ref.id, FIELD.pinned, 0);
    return ref as DoRef;
  }

  /** Lets the root stop a child. */
  stopChild(name: string): void {
    this.do('/root', (ctx) => ctx.stop(ctx.child(name)));
  }
}
