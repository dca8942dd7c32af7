/**
 * Several routees asked the same, and the first answer wins: scatter-gather asks all at once, tail chopping one after
 * another (Dean and Barroso, "The Tail at Scale", 2013; Pekko's ScatterGatherFirstCompleted and TailChopping routers).
 *
 *   start ──▶ asked one or all ──first success──▶ over: the caller has the answer
 *                │        ▲   └──all failed, or time is up──▶ over: the caller has an error
 *                └─interval┘  tail chopping: nobody has answered, so the next one is asked too
 *
 * The error is the last one, unless an earlier one left it open whether the request was carried out (in-doubt.ts): a refusal
 * by the last one asked must not hide that. A routee that the request does not fit is passed over; that is a dead letter.
 *
 * Invariants: a caller gets one answer or one error; `chopping` is in the order in which the races are due, because every
 * race waits for the same interval. Answers of losers are dropped. At most `asksMax` questions are under way at a time.
 */
import type { AskOutcome } from '../../kernel/behavior.ts';
import type { Context } from '../../kernel/context.ts';
import { type ErrorReport, PlayhouseError, reportOf } from '../../kernel/errors.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import { isInDoubt } from '../guards/in-doubt.ts';

type Asked = AnyMessage & { readonly replyTo: Ref<AnyMessage> };

/** Reply handler and timer message that whoever runs races must have. */
export const RACE_REPLY = 'RaceSettled';
export const CHOP_KIND = 'ChopDue';
const CHOP_TIMER = 'chop';

export interface RaceSettings {
  /** From the request to the end of the race, in ms. */
  readonly withinMs: number;
  /** Until the next one is asked, in ms; 0 asks all at once. */
  readonly intervalMs: number;
  /** Questions under way at a time, over all races. */
  readonly asksMax: number;
}

interface Race {
  readonly request: AnyMessage;
  readonly replyTo: Ref<AnyMessage>;
  /** Those not asked yet, the last one next. */
  readonly waiting: Ref<AnyMessage>[];
  readonly endsMs: number;
  /** Questions of this race under way. */
  unsettled: number;
  /** When the next one is asked. */
  dueMs: number;
  /** What the caller hears if nobody succeeds. */
  error: ErrorReport | null;
}

export interface RaceState {
  lastId: number;
  /** Questions under way, those of losers included. */
  asks: number;
  /** Races with somebody left to ask, the first due first. */
  readonly chopping: Map<number, Race>;
  /** All others. */
  readonly running: Map<number, Race>;
  /** Whether a timer will look at `chopping`. */
  armed: boolean;
}

export interface RaceContext {
  readonly race: number;
}

export function noRaces(): RaceState {
  return { lastId: 0, asks: 0, chopping: new Map(), running: new Map(), armed: false };
}

/** @param entrants whom to ask, the last one first; at least one */
export function startRace(
  state: RaceState,
  settings: RaceSettings,
  message: Asked,
  entrants: Ref<AnyMessage>[],
  ctx: Context,
): void {
  const atOnce = settings.intervalMs > 0 ? 1 : entrants.length;
  const { replyTo, ...request } = message;
  if (state.asks + atOnce > settings.asksMax) {
    ctx.countRejected();
    ctx.fail(replyTo, reportOf('request-rejected', `${ctx.path} already waits for ${state.asks} answers.`));
    return;
  }
  const nowMs = ctx.now();
  const race: Race = {
    request,
    replyTo,
    waiting: entrants,
    endsMs: nowMs + settings.withinMs,
    unsettled: 0,
    dueMs: nowMs + settings.intervalMs,
    error: null,
  };
  const id = ++state.lastId;
  for (let count = 0; count < atOnce; count++) askNext(state, id, race, ctx);
  goOn(state, id, race, ctx);
}

/** Waits for those who were asked; over when there was nobody to ask. */
function goOn(state: RaceState, id: number, race: Race, ctx: Context): void {
  if (race.unsettled === 0) {
    if (race.error !== null) ctx.fail(race.replyTo, race.error);
    return;
  }
  place(state, id, race);
  arm(state, ctx);
}

/** Handler of `RACE_REPLY`. */
export function raceSettled(
  state: RaceState,
  settings: RaceSettings,
  outcome: AskOutcome<AnyMessage, RaceContext>,
  ctx: Context,
): void {
  state.asks--;
  const id = outcome.context.race;
  const race = state.chopping.get(id) ?? state.running.get(id);
  if (race === undefined) return;
  race.unsettled--;
  if (outcome.ok) {
    forget(state, id);
    ctx.tell(race.replyTo, outcome.reply);
  } else {
    goOnWithout(state, settings, id, race, outcome.error, ctx);
  }
}

/** One of the questions has failed. When it was the only one, waiting for the interval would help nobody. */
function goOnWithout(
  state: RaceState,
  settings: RaceSettings,
  id: number,
  race: Race,
  error: ErrorReport,
  ctx: Context,
): void {
  noteError(race, error);
  if (race.unsettled > 0) return;
  forget(state, id);
  const nowMs = ctx.now();
  race.dueMs = nowMs + settings.intervalMs;
  if (nowMs < race.endsMs) askNext(state, id, race, ctx);
  goOn(state, id, race, ctx);
}

/** The last one counts, but never a refusal after an error in doubt. */
function noteError(race: Race, error: ErrorReport): void {
  if (race.error === null || isInDoubt(error) || !isInDoubt(race.error)) race.error = error;
}

/** Whoever runs the races stops: those that still wait for an answer hear of it. */
export function endRaces(state: RaceState, ctx: Context): void {
  const error = reportOf('target-stopped', `${ctx.path} has stopped.`);
  for (const { replyTo } of [...state.chopping.values(), ...state.running.values()]) ctx.fail(replyTo, error);
}

/** Handler of `CHOP_KIND`. */
export function chopDue(state: RaceState, settings: RaceSettings, ctx: Context): void {
  state.armed = false;
  const nowMs = ctx.now();
  for (const [id, race] of state.chopping) {
    if (race.dueMs > nowMs) break;
    forget(state, id);
    race.dueMs = nowMs + settings.intervalMs;
    if (state.asks < settings.asksMax && nowMs < race.endsMs) askNext(state, id, race, ctx);
    place(state, id, race);
  }
  arm(state, ctx);
}

function askNext(state: RaceState, id: number, race: Race, ctx: Context): void {
  const options = { reply: RACE_REPLY, timeoutMs: race.endsMs - ctx.now(), context: { race: id } };
  for (let next = race.waiting.pop(); next !== undefined; next = race.waiting.pop()) {
    try {
      ctx.ask<AnyMessage, RaceContext>(next, race.request as never, options);
      state.asks++;
      race.unsettled++;
      return;
    } catch (thrown) {
      // It does not fit this one; that must not take the others' calls down with it.
      if (!(thrown instanceof PlayhouseError)) throw thrown;
      noteError(race, reportOf('no-routees', thrown.message, thrown.field));
      ctx.deadLetter(race.request);
    }
  }
}

/** At the end of the order: its time is now the latest. */
function place(state: RaceState, id: number, race: Race): void {
  if (race.waiting.length > 0 && race.dueMs < race.endsMs) state.chopping.set(id, race);
  else state.running.set(id, race);
}

function forget(state: RaceState, id: number): void {
  state.chopping.delete(id);
  state.running.delete(id);
}

function arm(state: RaceState, ctx: Context): void {
  if (state.armed) return;
  for (const { dueMs } of state.chopping.values()) {
    state.armed = true;
    ctx.startTimer(CHOP_TIMER, { kind: CHOP_KIND }, Math.max(0, dueMs - ctx.now()));
    return;
  }
}
