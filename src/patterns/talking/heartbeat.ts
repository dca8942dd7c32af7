/**
 * The failure detector: an actor that pings others and says which of them it suspects.
 *
 *            ┌──────── silent for too long ────────┐
 *         trusted                              suspected ──terminated──▶ (forgotten)
 *            └◀───── answers in time again ────────┘
 *
 * Two ways to judge a silence: by counting pongs that did not come in time (QB's guide), or by φ accrual (phi-accrual.ts).
 * Invariants: `Suspected` and `Trusted` alternate for each actor; at most one ping in `missedPongs` intervals waits in the
 * mailbox of an actor that does not answer, so that watching it cannot be what drowns it. A pong that waits in this
 * actor's own mailbox counts: rounds are messages and queue behind it.
 */
import { unreachable } from '../../base/assert.ts';
import type { Behavior } from '../../kernel/behavior.ts';
import type { Context } from '../../kernel/context.ts';
import { actor, checkOneOf } from '../../kernel/definition.ts';
import { checkNumber, checkWhole, PlayhouseError, reportOf } from '../../kernel/errors.ts';
import type { Ref } from '../../kernel/ref.ts';
import { type MessageOf, t } from '../../kernel/schema.ts';
import {
  checkPhiSettings,
  emptyPhiHistory,
  PHI_DEFAULTS,
  type PhiHistory,
  type PhiSettings,
  phi,
  recordSign,
} from './phi-accrual.ts';

/** `target` and `number` say which ping of whom it answers: as the ping said. */
const PONG = { Pong: { target: t.uint32, number: t.uint32 } } as const;
const PING = { Ping: { target: t.uint32, number: t.uint32, replyTo: t.ref(PONG) } } as const;
const MONITORING = { Monitoring: {} } as const;

/**
 * What an actor needs to be watched: `protocol: { …, ...heartbeat.protocol }` and `on: { …, ...heartbeat.on }`. It
 * answers in its turn, behind the messages that came before: an actor that cannot keep up is slow to answer, as it should be.
 */
export const heartbeat = {
  protocol: PING,
  on: {
    Ping(_state: unknown, ping: MessageOf<typeof PING, 'Ping'>, ctx: Pick<Context, 'tell'>): void {
      ctx.tell(ping.replyTo, { kind: 'Pong', target: ping.target, number: ping.number });
    },
  },
} as const;

/** What the listener hears; to spread into its protocol. */
export const suspicionProtocol = {
  /** `silent`: it may come back. `terminated`: it will not, and is not watched any more. */
  Suspected: {
    actor: t.ref(),
    cause: t.literal('silent', 'terminated'),
    /** Since its latest sign of life. */
    silenceMs: t.float64,
    /** Intervals in a row without a pong in time; by φ, 0. */
    missed: t.uint32,
    /** By missed pongs, 0. */
    phi: t.float64,
  },
  Trusted: { actor: t.ref() },
} as const;

const PROTOCOL = {
  /** Asked: the answer is `Monitoring`. Again for the same actor changes nothing. */
  Monitor: { actor: t.ref(PING), replyTo: t.ref(MONITORING) },
  Unmonitor: { actor: t.ref() },
  ...PONG,
} as const;

const INTERNAL = {
  /** The timer: signals overtake messages, so it only starts a round. */
  Beat: {},
  Round: {},
} as const;

/** How often it pings, and when it suspects. */
export interface FailureDetectorOptions {
  /** `missed-pongs` (the default) or `phi`. */
  readonly mode?: 'missed-pongs' | 'phi';
  /** A ping every so many ms; default 1,000. A pong is in time before the next one is due. */
  readonly intervalMs?: number;
  /** Intervals in a row without a pong in time that make an actor suspected; default 3. */
  readonly missedPongs?: number;
  /** Settings of φ; the first estimate is the interval unless it is given. */
  readonly phi?: Partial<PhiSettings>;
  /** Actors watched at a time; default 1,000. One more is refused with `request-rejected`. */
  readonly capacity?: number;
}

/** Whom a failure detector watches, and who is told. */
export interface FailureDetectorArguments {
  readonly listener: Ref<MessageOf<typeof suspicionProtocol>>;
  /** Actors to watch from the start; others follow with `Monitor`. */
  readonly actors?: readonly Ref<MessageOf<typeof PING>>[];
}

interface Watched {
  readonly ref: Ref<MessageOf<typeof PING>>;
  readonly target: number;
  /** Number of the latest ping. */
  ping: number;
  /** Whether that ping waits for its pong. */
  waits: boolean;
  /** Rounds since that ping. */
  rounds: number;
  missed: number;
  suspected: boolean;
  lastMs: number;
  readonly history: PhiHistory;
}

interface State {
  readonly listener: FailureDetectorArguments['listener'];
  /** To be watched from the start on. */
  readonly first: Watched['ref'][];
  /** By their numbers. */
  readonly watched: Map<number, Watched>;
  /** Numbers by address. */
  readonly targets: Map<string, number>;
  nextTarget: number;
}

type DetectorContext = Pick<Context, 'tell' | 'watch' | 'now'> & { readonly self: Ref<MessageOf<typeof PONG>> };

const CAPACITY_DEFAULT = 1_000;
const CAPACITY_MAX = 65_536;
const DELAY_MS_MAX = 2 ** 31;

/**
 * An actor that pings other actors and tells `args.listener` `Suspected` and `Trusted`. By default an actor is suspected
 * when 3 pings in a row, one a second, were not answered in time. With `mode: 'phi'` it is suspected when its silence is as
 * unlikely as φ = 8, judged by the intervals between its signs of life, beyond an acceptable pause of 3 s.
 *
 * Actors spread `heartbeat.protocol` and `heartbeat.on`; listeners spread `suspicionProtocol`. A terminated actor is
 * suspected at once. What is watched survives the detector's own failures.
 *
 * @param name of the behavior
 * @throws PlayhouseError `invalid-configuration`, naming the field
 */
export function failureDetector(
  name: string,
  options: FailureDetectorOptions = {},
): Behavior<typeof PROTOCOL, FailureDetectorArguments> {
  const { mode = 'missed-pongs', intervalMs = 1_000, missedPongs = 3, capacity = CAPACITY_DEFAULT } = options;
  checkOneOf(name, 'mode', mode, ['missed-pongs', 'phi']);
  checkNumber('intervalMs', intervalMs, 1, DELAY_MS_MAX, name);
  checkWhole('missedPongs', missedPongs, 1, 1_000, name);
  checkWhole('capacity', capacity, 1, CAPACITY_MAX, name);
  const settings: PhiSettings = { ...PHI_DEFAULTS, firstEstimateMs: intervalMs, ...options.phi };
  checkPhiSettings(settings, name);

  const isTooSilent = (one: Watched, nowMs: number): boolean => {
    switch (mode) {
      case 'missed-pongs':
        return one.missed >= missedPongs;
      case 'phi':
        return phi(one.history, settings, nowMs) >= settings.threshold;
      default:
        return unreachable(mode, 'mode');
    }
  };

  const suspect = (state: State, one: Watched, cause: 'silent' | 'terminated', ctx: DetectorContext): void => {
    one.suspected = true;
    ctx.tell(state.listener, {
      kind: 'Suspected',
      actor: one.ref,
      cause,
      silenceMs: Math.max(0, ctx.now() - one.lastMs),
      missed: mode === 'phi' ? 0 : one.missed,
      phi: mode === 'phi' ? phi(one.history, settings, ctx.now()) : 0,
    });
  };

  const ping = (one: Watched, ctx: DetectorContext): void => {
    one.ping = (one.ping + 1) >>> 0;
    one.waits = true;
    one.rounds = 0;
    ctx.tell(one.ref, { kind: 'Ping', target: one.target, number: one.ping, replyTo: ctx.self });
  };

  const monitor = (state: State, ref: Watched['ref'], ctx: DetectorContext): void => {
    const history = emptyPhiHistory();
    const lastMs = ctx.now();
    // Its silence counts from here, also if it never answers at all.
    recordSign(history, settings, lastMs);
    const target = state.nextTarget;
    const one = { ref, target, ping: 0, waits: false, rounds: 0, missed: 0, suspected: false, lastMs, history };
    // First, so that a ref that takes no pings (from outside) is refused before it is noted.
    ping(one, ctx);
    state.nextTarget = (target + 1) >>> 0;
    state.watched.set(target, one);
    state.targets.set(addressOf(ref), target);
    ctx.watch(ref);
  };

  const behavior = actor(name, {
    protocol: PROTOCOL,
    internal: INTERNAL,
    onFailure: { '*': 'resume' },
    state: ({ listener, actors = [] }: FailureDetectorArguments): State => {
      if (actors.length > capacity) {
        const text = `${name}: args.actors must be at most ${capacity} actors, not ${actors.length}.`;
        throw new PlayhouseError('invalid-configuration', text, 'args.actors');
      }
      return { listener, first: [...actors], watched: new Map(), targets: new Map(), nextTarget: 1 };
    },
    signals: {
      preStart(state, ctx) {
        for (const ref of state.first.splice(0)) monitor(state, ref, ctx);
        ctx.startPeriodicTimer('beat', { kind: 'Beat' }, intervalMs);
      },
      terminated(state, { ref }, ctx) {
        const one = find(state, ref);
        if (one === undefined) return;
        forget(state, one);
        suspect(state, one, 'terminated', ctx);
      },
    },
    on: {
      Monitor(state, { actor: ref, replyTo }, ctx) {
        const isKnown = find(state, ref) !== undefined;
        if (!isKnown && state.watched.size >= capacity) {
          ctx.countRejected();
          ctx.fail(replyTo, reportOf('request-rejected', `${ctx.path} watches ${capacity} actors already.`));
          return;
        }
        if (!isKnown) monitor(state, ref, ctx);
        ctx.tell(replyTo, { kind: 'Monitoring' });
      },
      Unmonitor(state, { actor: ref }, ctx) {
        const one = find(state, ref);
        if (one === undefined) return;
        forget(state, one);
        ctx.unwatch(ref);
      },
      Beat: (_state, _message, ctx) => ctx.tell(ctx.self, { kind: 'Round' }),
      Round(state, _message, ctx) {
        const nowMs = ctx.now();
        for (const one of state.watched.values()) {
          if (one.waits) {
            one.rounds++;
            one.missed++;
          }
          if (!one.suspected && isTooSilent(one, nowMs)) suspect(state, one, 'silent', ctx);
          // A ping without a pong for so long may have been lost; before that, another would only queue behind it.
          if (!one.waits || one.rounds >= missedPongs) ping(one, ctx);
        }
      },
      Pong(state, { target, number }, ctx) {
        const one = state.watched.get(target);
        if (one === undefined) return;
        recordSign(one.history, settings, ctx.now());
        one.lastMs = ctx.now();
        if (number === one.ping) {
          one.waits = false;
          // In time: before the next round.
          if (one.rounds === 0) one.missed = 0;
        }
        if (!one.suspected || isTooSilent(one, ctx.now())) return;
        one.suspected = false;
        ctx.tell(state.listener, { kind: 'Trusted', actor: one.ref });
      },
    },
  });
  return behavior as unknown as Behavior<typeof PROTOCOL, FailureDetectorArguments>;
}

function find(state: State, ref: Ref): Watched | undefined {
  const target = state.targets.get(addressOf(ref));
  return target === undefined ? undefined : state.watched.get(target);
}

function forget(state: State, { ref, target }: Watched): void {
  state.targets.delete(addressOf(ref));
  state.watched.delete(target);
}

function addressOf({ node, id, generation }: Ref): string {
  return `${node}.${id}.${generation}`;
}
