/** Pure decisions of supervisors: restart budgets, delays, and which rule applies. */
import type { Decision, FailureRules } from './behavior.ts';
import type { ErasedBackoff } from './definition.ts';

/**
 * The sliding log of Erlang/OTP's supervisor: a restart counts while it is at most one period old; a restart is allowed
 * while the count including it is within the intensity.
 *
 * Asks for one more restart at `nowMs`. Forgets entries that no longer count and, when allowed, records this one.
 * @returns restarts in the period including this one, or 0 when the budget is used up.
 */
export function spendRestart(timesMs: number[], nowMs: number, intensity: number, periodMs: number): number {
  const firstCounting = timesMs.findIndex((timeMs) => timeMs >= nowMs - periodMs);
  timesMs.splice(0, firstCounting < 0 ? timesMs.length : firstCounting);
  if (timesMs.length + 1 > intensity) return 0;
  timesMs.push(nowMs);
  return timesMs.length;
}

/** The restarts of one child: a window that starts with the first one and, once it is over, with the next one. */
export interface RestartWindow {
  startMs: number;
  count: number;
}

/**
 * The tumbling window of Pekko's supervisor strategies.
 * @returns restarts in the window including this one, or 0 when the budget is used up.
 */
export function spendInWindow(spent: RestartWindow, nowMs: number, intensity: number, periodMs: number): number {
  if (spent.count === 0 || nowMs - spent.startMs > periodMs) {
    spent.startMs = nowMs;
    spent.count = 0;
  }
  if (spent.count + 1 > intensity) return 0;
  return ++spent.count;
}

/**
 * The wait before the restart after the n-th failure in a row, from 0: min·2ⁿ, at most max, plus a random share.
 * @param random in [0, 1)
 */
export function backoffDelayMs(
  failures: number,
  { minMs, maxMs, jitter }: Pick<ErasedBackoff, 'minMs' | 'maxMs' | 'jitter'>,
  random: number,
): number {
  // 2ⁿ is Infinity for a large n, and the smaller one is still max.
  return Math.min(maxMs, minMs * 2 ** failures) * (1 + jitter * random);
}

/** The decision of the innermost rules that say something about this kind of error; undefined when none does. */
export function ruleFor(kind: string, innermostFirst: readonly FailureRules[]): Decision | undefined {
  for (const rules of innermostFirst) {
    if (Object.hasOwn(rules, kind)) return rules[kind];
    if (Object.hasOwn(rules, '*')) return rules['*'];
  }
  return undefined;
}
