/**
 * Keyframes: snapshots along the way, so that going back costs a copy and a short replay. Bounded in number and in what they
 * hold; where there are too many, those go whose neighbours are near, counted against how long ago they were: what is
 * recent stays dense, what is old gets sparse.
 */
import type { SystemSnapshot } from './system-snapshot.ts';

export interface Keyframe {
  /** The branch on which it was taken. */
  readonly branch: number;
  readonly snapshot: SystemSnapshot;
}

/** Steps between two keyframes at least. */
const SPACING_MIN = 1_024;
const SPACING_MAX = 65_536;
/** A keyframe costs about as much as so many steps for each object in it. */
const STEPS_PER_OBJECT = 2;
/** Keyframes kept. */
export const KEYFRAMES_MAX = 256;
/** Objects and events in all keyframes together; 4 million are some hundred MB. */
export const OBJECTS_MAX = 4_000_000;

export class Keyframes {
  private frames: Keyframe[] = [];
  private objects = 0;

  get count(): number {
    return this.frames.length;
  }

  /** How far from a keyframe the next one is worth it. */
  static spacing({ objects }: SystemSnapshot): number {
    return Math.min(SPACING_MAX, Math.max(SPACING_MIN, objects * STEPS_PER_OBJECT));
  }

  add(frame: Keyframe): void {
    const { step } = frame.snapshot;
    this.frames.push(frame);
    this.objects += weightOf(frame);
    while (this.frames.length > 2 && (this.frames.length > KEYFRAMES_MAX || this.objects > OBJECTS_MAX))
      this.thin(step);
  }

  /** The one of that very step. */
  at(branch: number, step: number): SystemSnapshot | undefined {
    return this.frames.find((frame) => frame.branch === branch && frame.snapshot.step === step)?.snapshot;
  }

  /** Takes out the one that is missed least, seen from a step. */
  private thin(fromStep: number): void {
    const sorted = this.frames.toSorted((a, b) => a.branch - b.branch || a.snapshot.step - b.snapshot.step);
    let victim: Keyframe | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const [index, frame] of sorted.entries()) {
      // The start is where everything can be had from.
      if (frame.snapshot.step === 0) continue;
      const before = sorted[index - 1];
      const after = sorted[index + 1];
      const start = before?.branch === frame.branch ? before.snapshot.step : 0;
      const end = after?.branch === frame.branch ? after.snapshot.step : frame.snapshot.step + SPACING_MIN;
      const missed = (end - start) / (Math.abs(fromStep - frame.snapshot.step) + SPACING_MIN);
      if (missed >= least) continue;
      least = missed;
      victim = frame;
    }
    if (victim !== undefined) this.remove(victim);
  }

  private remove(frame: Keyframe): void {
    this.frames = this.frames.filter((known) => known !== frame);
    this.objects -= weightOf(frame);
  }

  /** The latest one at or before a step (and a time), among those that are on the way there. */
  before(
    step: number,
    isOnTheWay: (branch: number, step: number) => boolean,
    latestMs = Number.POSITIVE_INFINITY,
  ): Keyframe | undefined {
    let best: Keyframe | undefined;
    for (const frame of this.frames) {
      const at = frame.snapshot.step;
      if (frame.snapshot.stepMs > latestMs) continue;
      if (at > step || (best !== undefined && at <= best.snapshot.step)) continue;
      if (isOnTheWay(frame.branch, at)) best = frame;
    }
    return best;
  }

  /** Branches have new numbers. */
  renumber(numberOf: (branch: number) => number | undefined): void {
    this.frames = this.frames.flatMap((frame) => {
      const branch = numberOf(frame.branch);
      return branch === undefined ? [] : [{ ...frame, branch }];
    });
    this.objects = this.frames.reduce((sum, frame) => sum + weightOf(frame), 0);
  }
}

/** Events are shared between keyframes that are near each other; those that are far apart have their own. */
function weightOf({ snapshot: { objects, observations } }: Keyframe): number {
  return objects + observations.events.count;
}
