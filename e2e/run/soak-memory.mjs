/** Whether memory grows over a soak. */

/** So much the last third may weigh more than the one before, in per cent. */
const GROWTH_MAX_PERCENT = 3;

/**
 * The least of the second and of the last third of the samples, compared; the first third warms up. A thread that was just
 * replaced may still be there with all its memory, and goes with the next collection: what leaks, nothing takes away.
 * @param {readonly { readonly bytes: number }[]} samples in the order of time
 * @returns {{ readonly percent: number, readonly isFlat: boolean }}
 */
export function growthOf(samples) {
  const third = Math.floor(samples.length / 3);
  const percent = (leastOf(samples.slice(-third)) / leastOf(samples.slice(third, 2 * third)) - 1) * 100;
  return { percent, isFlat: percent <= GROWTH_MAX_PERCENT };
}

/** @param {readonly { readonly bytes: number }[]} samples */
function leastOf(samples) {
  return Math.min(...samples.map(({ bytes }) => bytes));
}
