/**
 * The pure decisions of a retry guard: how long to wait before the next attempt, whether the budget has a retry left, and
 * which waiting call is next.
 */
import { type BucketSettings, deposit, fullBucket, type TokenBucket, take } from './token-bucket.ts';

/** How long to wait before each further attempt. */
export interface RetryDelays {
  /** Before the first retry, in ms; default 100. */
  readonly minMs: number;
  /** The longest, in ms, before the random share is added; default 10,000. */
  readonly maxMs: number;
  /** So many times longer after each attempt; default 2. */
  readonly factor: number;
  /** A random share of up to so much is added, so that callers who failed together do not return together; 0 … 1, default 0.5. */
  readonly jitter: number;
}

/**
 * The wait before the n-th retry, from 1: min·factorⁿ⁻¹, at most max, plus a random share. The same rule as a supervisor's
 * backoff. (Why a random share: Brooker, Exponential Backoff and Jitter, AWS Architecture Blog, 2015.)
 *
 * @param random in [0, 1)
 */
export function retryDelayMs(retry: number, { minMs, maxMs, factor, jitter }: RetryDelays, random: number): number {
  if (minMs === 0) return 0;
  // The power is Infinity for a large n, and the smaller one is still max.
  return Math.min(maxMs, minMs * factor ** (retry - 1)) * (1 + jitter * random);
}

/**
 * How many retries there may be beside first attempts, so that retries cannot multiply an outage: each call puts a share of
 * a retry into a bucket, each retry takes a whole one out. (Finagle's RetryBudget; retry throttling of gRPC, proposal A6.)
 */
export interface RetryBudget {
  /** Retries that each call earns: 0.2 allows a fifth more calls than there would be without retries; default 0.2. */
  readonly share: number;
  /** Retries earned in a second without any calls, so that rare calls can be retried too; default 1. */
  readonly perSecond: number;
  /** Retries that can be saved up, and that there are at the start; default 10. */
  readonly reserve: number;
}

export const RETRY_BUDGET_DEFAULTS: RetryBudget = { share: 0.2, perSecond: 1, reserve: 10 };

export function fullBudget(budget: RetryBudget): TokenBucket {
  return fullBucket(budget.reserve, 0);
}

/** A call has come. */
export function earnRetry(bucket: TokenBucket, budget: RetryBudget): void {
  deposit(bucket, bucketOf(budget), budget.share);
}

/** @returns whether there was a retry left, which is then spent */
export function spendRetry(bucket: TokenBucket, budget: RetryBudget, nowMs: number): boolean {
  return take(bucket, bucketOf(budget), nowMs).taken;
}

function bucketOf({ perSecond, reserve }: RetryBudget): BucketSettings {
  return { perSecond, burst: reserve };
}

/** Something that waits for its time. */
export interface Due {
  readonly dueMs: number;
}

/** Puts it where it belongs in a list that is in order of time; behind those of the same time. */
export function insertDue<D extends Due>(list: D[], item: D): void {
  let from = 0;
  let to = list.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((list[middle] as D).dueMs <= item.dueMs) from = middle + 1;
    else to = middle;
  }
  list.splice(from, 0, item);
}

/** Takes out everything whose time has come, in order. */
export function takeDue<D extends Due>(list: D[], nowMs: number): D[] {
  const later = list.findIndex(({ dueMs }) => dueMs > nowMs);
  return list.splice(0, later < 0 ? list.length : later);
}
