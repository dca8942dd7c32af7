/**
 * Errors that leave it open whether a request was carried out: the one place where retries, races of routees, event sourcing
 * and sagas learn what a failed request means. Pure: nothing here knows what was asked for.
 *
 * It errs on one side only: an error counts as a refusal where its code says that nobody began, and everything else leaves it
 * open. Whoever reads a log or undoes a step without need has lost some time; whoever does not where it was needed has lost
 * an event or a booking. (Fallacies of remote calls: Waldo et al., A Note on Distributed Computing, 1994.)
 */
import type { ErrorCode, ErrorReport } from '../../kernel/errors.ts';

/** What a target, its mailbox, or a guard or a router before it says about a request that nobody began. */
const REFUSALS: readonly ErrorCode[] = [
  'breaker-open',
  'bulkhead-full',
  'concurrency-limited',
  'deadline-exceeded',
  'mailbox-full',
  'no-routees',
  'rate-limited',
  'request-rejected',
  'stash-full',
  'storage-full',
];

/**
 * Whether a request that ended with this error may have been carried out all the same. False for refusals (`breaker-open`,
 * `bulkhead-full`, `concurrency-limited`, `deadline-exceeded`, `mailbox-full`, `no-routees`, `rate-limited`,
 * `request-rejected`, `stash-full`, `storage-full`), true for all else: time-outs, crashes, a target that has stopped, and
 * `retries-exhausted`, because one of the attempts may have been carried out.
 *
 * Targets keep to it by refusing with `ctx.fail` only what they have not begun.
 */
export function isInDoubt({ code }: Pick<ErrorReport, 'code'>): boolean {
  return !REFUSALS.includes(code);
}
