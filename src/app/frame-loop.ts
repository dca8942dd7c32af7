/**
 * The one frame loop of the page. A frame reads the engine when a reading is due, hands it to the stores, and then runs
 * the drawing that was asked for; nothing else in the page owns a timer for live data.
 *
 * Readings are taken ten times a second, not sixty: nobody reads a number faster, and observing must not take the
 * processor away from the actors. A hidden tab gets no frames, so a slow interval keeps the series without holes.
 */
export const READ_INTERVAL_MS = 100;
const HIDDEN_INTERVAL_MS = 1_000;

export interface FrameLoop {
  start(): void;
  stop(): void;
  /** Runs a drawing once, in the next frame; asking again before then changes nothing. */
  draw(task: () => void): void;
  /** Runs a drawing in every frame, until the returned function is called. */
  animate(task: () => void): () => void;
  /** Takes a reading now: something was done whose outcome must not wait for the next one. */
  refresh(): void;
  /** Resolves after a fresh reading has reached the stores and a frame after it has been painted. */
  settled(): Promise<void>;
}

/** @param observe takes a reading and fills the stores; `nowMs` is the page's clock. */
export function createFrameLoop(observe: (nowMs: number) => void): FrameLoop {
  let frame = 0;
  let interval: ReturnType<typeof setInterval> | undefined;
  let lastReadMs = Number.NEGATIVE_INFINITY;
  let drawings = new Set<() => void>();
  const animations = new Set<() => void>();

  function read(nowMs: number): void {
    lastReadMs = nowMs;
    observe(nowMs);
  }

  function onFrame(nowMs: number): void {
    frame = requestAnimationFrame(onFrame);
    // Half a frame of tolerance keeps the rhythm at every sixth frame instead of every seventh.
    if (nowMs - lastReadMs >= READ_INTERVAL_MS - 8) read(nowMs);
    for (const task of animations) task();
    if (drawings.size === 0) return;
    const due = drawings;
    drawings = new Set();
    for (const task of due) task();
  }

  function onInterval(): void {
    if (document.hidden) read(performance.now());
  }

  return {
    start() {
      if (interval !== undefined) return;
      frame = requestAnimationFrame(onFrame);
      interval = setInterval(onInterval, HIDDEN_INTERVAL_MS);
    },
    stop() {
      cancelAnimationFrame(frame);
      clearInterval(interval);
      interval = undefined;
    },
    draw(task) {
      drawings.add(task);
    },
    animate(task) {
      animations.add(task);
      return () => {
        animations.delete(task);
      };
    },
    refresh: () => read(performance.now()),
    settled() {
      read(performance.now());
      return nextPaint();
    },
  };
}

/** The second frame begins after the first was painted. A hidden tab paints nothing, so there it only waits a moment. */
function nextPaint(): Promise<void> {
  return new Promise((resolve) => {
    if (document.hidden) setTimeout(resolve, 0);
    else requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
  });
}
