/**
 * The colour of a worker: sixteen hues far apart from their neighbours. Lightness and chroma come from the theme, so the
 * same worker has the same hue on dark and light. The number is always written beside it: colour is never the only sign.
 */
const HUES = [265, 165, 320, 75, 215, 120, 295, 45, 190, 240, 100, 345, 145, 280, 60, 225];

export function workerColor(worker: number): string {
  return `oklch(var(--worker-lightness) var(--worker-chroma) ${hueOf(worker)})`;
}

/** The same for a canvas, which does not know custom properties. */
export function workerColorValue(worker: number, lightness: string, chroma: string): string {
  return `oklch(${lightness} ${chroma} ${hueOf(worker)})`;
}

function hueOf(worker: number): number {
  return HUES[worker % HUES.length] ?? 0;
}
