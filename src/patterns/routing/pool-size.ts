/**
 * How large a pool should be, from how much waits for it: one step up when there is much a routee, one step down when there
 * is little, and nothing in between, so that a steady load leaves the size alone.
 *
 *   little a routee       ──▶ one fewer, not below `lower`
 *   in between            ──▶ as it is
 *   much a routee         ──▶ one more, not above `upper`
 *
 * Invariant: the size stays between `lower`, which is at least 1, and `upper`. (Pekko's DefaultResizer, with depths for
 * pressure.) When it is asked, and who comes or goes, is pool.ts's business.
 */
import { checkNumber, checkWhole, PlayhouseError } from '../../kernel/errors.ts';
import { ROUTEES_MAX } from './routing.ts';

/** When a pool grows and shrinks. */
export interface PoolSizing {
  /** At least so many; from 1, which is the default. */
  readonly lower: number;
  /** At most so many; up to 256, default 10. */
  readonly upper: number;
  /** Grows when more messages than this wait a routee, on average; default 10. */
  readonly growAbove: number;
  /** Shrinks when fewer messages than this wait a routee, on average; default 1. */
  readonly shrinkBelow: number;
  /** At most one step in this time, in ms; default 1,000. */
  readonly intervalMs: number;
}

export const POOL_SIZING_DEFAULTS: PoolSizing = {
  lower: 1,
  upper: 10,
  growAbove: 10,
  shrinkBelow: 1,
  intervalMs: 1_000,
};

/** @throws PlayhouseError `invalid-configuration`, naming the field: `resize.upper` */
export function checkSizing(name: string, sizing: PoolSizing): void {
  const { lower, upper, growAbove, shrinkBelow, intervalMs } = sizing;
  checkWhole('resize.lower', lower, 1, ROUTEES_MAX, name);
  checkWhole('resize.upper', upper, lower, ROUTEES_MAX, name);
  checkNumber('resize.growAbove', growAbove, 0, 65_536, name);
  checkNumber('resize.shrinkBelow', shrinkBelow, 0, 65_536, name);
  if (shrinkBelow > growAbove) {
    const text = `${name}: resize.shrinkBelow (${shrinkBelow}) must not be more than resize.growAbove (${growAbove}).`;
    throw new PlayhouseError('invalid-configuration', text, 'resize.shrinkBelow');
  }
  checkNumber('resize.intervalMs', intervalMs, 1, 2 ** 31, name);
}

/** The size that a pool should have next. @param waiting messages that wait for all its routees together */
export function nextSize(size: number, waiting: number, sizing: PoolSizing): number {
  const average = waiting / Math.max(1, size);
  if (average > sizing.growAbove) return within(size + 1, sizing);
  if (average < sizing.shrinkBelow) return within(size - 1, sizing);
  return within(size, sizing);
}

/** The nearest size that is allowed. */
export function within(size: number, { lower, upper }: Pick<PoolSizing, 'lower' | 'upper'>): number {
  return Math.max(lower, Math.min(upper, size));
}
