/** Whether memory grows over a soak. */

/** So much the last third may weigh more than the one before, in per cent: garbage comes and goes. */
const GROWTH_MAX_PERCENT = 8;

/**
 * The medians of the second and of the last third of the samples, compared; the first third warms up.
 * @param {readonly { readonly bytes: number }[]} samples in the order of time
 * @returns {{ readonly percent: number, readonly isFlat: boolean }}
 */
export function growthOf(samples) {
  const third = Math.floor(samples.length / 3);
  const middle = medianOf(samples.slice(third, 2 * third));
  const last = medianOf(samples.slice(-third));
  const percent = (last / middle - 1) * 100;
  return { percent, isFlat: percent <= GROWTH_MAX_PERCENT };
}

/** @param {readonly { readonly bytes: number }[]} samples */
function medianOf(samples) {
  const sorted = samples.map(({ bytes }) => bytes).sort((a, b) => a - b);
  return /** @type {number} */ (sorted[sorted.length >> 1]);
}
