/**
 * Restart budgets: pure decisions about when a supervisor has had enough.
 *
 * The sliding log of Erlang/OTP's supervisor: a restart counts while it is at most one period old; a restart is allowed
 * while the count including it is within the intensity.
 */

/**
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
