/**
 * Open-loop load: requests are sent when they are due, whether or not earlier ones were answered, and their latency counts
 * from when they were due. A generator that waited for answers would be slowed down by the very delays it should show
 * (coordinated omission: Gil Tene, How NOT to Measure Latency, 2013).
 *
 * One timer waits for the next request. A generator that was held up sends what is overdue a bounded number at a time and
 * lets others have their turns in between; each of those requests still counts from its own time.
 *
 * Invariant: by the time that nothing is overdue, as many requests were sent as the profile says, however late the turns
 * came. What it does not do: remember anything over its own restart; the new incarnation begins its profile anew.
 */
import type { AskOutcome, Behavior, BehaviorDefinition } from '../../kernel/behavior.ts';
import type { Askable, Context } from '../../kernel/context.ts';
import { actor, checkOneOf } from '../../kernel/definition.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import type { MessageOf, Protocol } from '../../kernel/schema.ts';
import { type Adjustable, adjusted, checkAdjustable, DELAY_MS_MAX } from '../guards/guard.ts';
import { type ArrivalState, nextArrivalMs, passTime, startArrivals, takeArrival } from './arrivals.ts';
import { boundedProfile, checkProfile, type LoadProfile, sameProfile } from './load-profile.ts';

/** What a load may ask of its surroundings, for its profile and its requests. */
export type LoadContext = Pick<Context, 'now' | 'parameter' | 'random'>;

interface LoadOptions<P extends Protocol> {
  /** What the target accepts. */
  readonly protocol: P;
  /**
   * When requests come. A function is asked at each turn of the load, and at least every 50 ms, so that parameters can
   * change it; a new profile counts from when it is seen, and what the old one owed by then is still sent.
   */
  readonly profile: LoadProfile | ((ctx: LoadContext) => LoadProfile);
}

/** A load of requests, each of which ends in one outcome: answered or failed. `P`: the target's protocol, `M`: requests. */
export interface AskLoadOptions<P extends Protocol, M> extends LoadOptions<P> {
  readonly mode?: 'ask';
  /** The n-th request, from 1, without its `replyTo`. */
  readonly request: (number: number, ctx: LoadContext) => M;
  /** When an answer is given up, in ms after the request was sent; at least 1. A function is asked at each request. */
  readonly timeoutMs: Adjustable;
}

/** A load of messages that nobody answers. `P`: the target's protocol, `M`: messages. */
export interface TellLoadOptions<P extends Protocol, M> extends LoadOptions<P> {
  readonly mode: 'tell';
  /** The n-th message, from 1. */
  readonly request: (number: number, ctx: LoadContext) => M;
}

/** The behavior of a load on an actor that accepts `P`. It accepts nothing itself. */
export type OpenLoop<P extends Protocol> = Behavior<Record<never, never>, { readonly target: Ref<MessageOf<P>> }>;

/** The state of a load, as observers and properties see it. */
export interface OpenLoopState {
  readonly target: Ref<AnyMessage>;
  /** The one that counts now. */
  profile: LoadProfile;
  /** Those that were seen after it, while it still owed requests; the oldest first. */
  changes: ProfileChange[];
  arrivals: ArrivalState;
  /** When the next request is due; null where none ever is at the present rate. */
  nextDueMs: number | null;
  sent: number;
  /** Requests that were answered. */
  confirmed: number;
  /** Requests that ended in an error. */
  failed: number;
}

interface ProfileChange {
  profile: LoadProfile;
  /** When it was seen. */
  readonly sinceMs: number;
}

/** Profiles that a load which has fallen behind remembers; a further one takes the place of the last. */
const CHANGES_MAX = 16;
/** Requests in one turn of a generator that was held up. */
const REQUESTS_PER_TURN = 500;
/** How often a profile that can change is looked at, at least. */
const LOOK_AGAIN_MS = 50;
/** A request this close to its time is due: timers count in sums of fractions, and may come a hair too early. */
const TOLERANCE_MS = 1e-6;
const DUE_TIMER = 'due';

/**
 * Open-loop load on `args.target`: `request(n)` for each arrival of the profile, exactly when it is due on a virtual clock and
 * as soon as its turn comes on a real one. Asks are marked as load: their latency counts from when they were due and goes
 * into the system's figures. Its state is an `OpenLoopState`.
 *
 * @param name of the behavior
 * @throws PlayhouseError `invalid-configuration`, naming the option
 */
export function openLoop<const P extends Protocol, const M extends Askable<MessageOf<P>>>(
  name: string,
  options: AskLoadOptions<P, M>,
): OpenLoop<P>;
export function openLoop<const P extends Protocol, const M extends MessageOf<P>>(
  name: string,
  options: TellLoadOptions<P, M>,
): OpenLoop<P>;
export function openLoop<P extends Protocol>(
  name: string,
  options: AskLoadOptions<P, AnyMessage> | TellLoadOptions<P, AnyMessage>,
): OpenLoop<P> {
  const { profile, mode = 'ask', request } = options;
  const timeoutMs = options.mode === 'tell' ? 1 : options.timeoutMs;
  if (typeof profile !== 'function') checkProfile(profile, name);
  checkOneOf(name, 'mode', mode, ['ask', 'tell']);
  checkAdjustable('timeoutMs', timeoutMs, 1, DELAY_MS_MAX, name);

  const profileNow = (ctx: Context): LoadProfile =>
    boundedProfile(typeof profile === 'function' ? profile(ctx) : profile, name);
  const longestWaitMs = typeof profile === 'function' ? LOOK_AGAIN_MS : DELAY_MS_MAX;

  const send = (state: OpenLoopState, dueMs: number, ctx: Context): void => {
    const message = request(++state.sent, ctx);
    if (mode === 'tell') return ctx.tell(state.target, message);
    const patienceMs = adjusted(timeoutMs, ctx, 1, DELAY_MS_MAX);
    ctx.ask(state.target, message as never, { reply: 'Settled', timeoutMs: patienceMs, intendedAtMs: dueMs });
  };

  /** Looks at the profile, sends what is due, and waits for the next request. */
  const goOn = (state: OpenLoopState, ctx: Context): void => {
    const nowMs = ctx.now();
    const random = (): number => ctx.random();
    noteProfile(state, profileNow(ctx), nowMs);
    let dueMs = nextArrivalMs(state.profile, state.arrivals);
    for (let left = REQUESTS_PER_TURN; ; ) {
      const [change] = state.changes;
      const isDue = (): boolean => dueMs <= (change?.sinceMs ?? nowMs) + TOLERANCE_MS;
      for (; isDue() && left > 0; left--) {
        takeArrival(state.profile, state.arrivals, random);
        send(state, dueMs, ctx);
        dueMs = nextArrivalMs(state.profile, state.arrivals);
      }
      if (isDue() || change === undefined) break;
      state.changes.shift();
      become(state, change);
      dueMs = nextArrivalMs(state.profile, state.arrivals);
    }
    state.nextDueMs = Number.isFinite(dueMs) ? dueMs : null;
    if (dueMs === Number.POSITIVE_INFINITY && typeof profile !== 'function') return;
    ctx.startTimer(DUE_TIMER, { kind: 'Due' }, Math.max(0, Math.min(longestWaitMs, dueMs - nowMs)));
  };

  const definition: BehaviorDefinition<Protocol, OpenLoopState, { readonly target: Ref<AnyMessage> }, Protocol> = {
    protocol: {},
    internal: { Due: {} },
    state: ({ target }) => ({
      target,
      profile: NOTHING,
      changes: [],
      arrivals: startArrivals(NOTHING, 0, () => 0),
      nextDueMs: null,
      sent: 0,
      confirmed: 0,
      failed: 0,
    }),
    signals: {
      preStart(state, ctx) {
        state.profile = profileNow(ctx);
        state.arrivals = startArrivals(state.profile, ctx.now(), () => ctx.random());
        goOn(state, ctx);
      },
    },
    on: { Due: (state: OpenLoopState, _message: AnyMessage, ctx: Context) => goOn(state, ctx) },
    replies: {
      Settled(state: OpenLoopState, outcome: AskOutcome) {
        if (outcome.ok) state.confirmed++;
        else state.failed++;
      },
    },
  };
  return actor(name, definition) as unknown as OpenLoop<P>;
}

/** Before the first turn. */
const NOTHING: LoadProfile = { shape: 'constant', perSecond: 0 };

function noteProfile({ profile: present, changes }: OpenLoopState, profile: LoadProfile, nowMs: number): void {
  const last = changes.at(-1);
  if (sameProfile(profile, last?.profile ?? present)) return;
  if (last !== undefined && changes.length === CHANGES_MAX) last.profile = profile;
  else changes.push({ profile, sinceMs: nowMs });
}

/** From then on another profile; a ramp begins when its shape does, so that its ends can be turned while it goes on. */
function become(state: OpenLoopState, { profile, sinceMs }: ProfileChange): void {
  passTime(state.profile, state.arrivals, sinceMs);
  if (profile.shape !== state.profile.shape) state.arrivals.beganMs = sinceMs;
  state.profile = profile;
}
