/** Load profiles: when requests come, as an author says it. Plain data; the arithmetic is in arrivals.ts. */
import { unreachable } from '../../base/assert.ts';
import { checkOneOf } from '../../kernel/definition.ts';
import { checkNumber, checkWhole } from '../../kernel/errors.ts';

/** How gaps vary: all alike, or at random as in a Poisson process, where what came before says nothing about the next. */
export type Gaps = 'even' | 'exponential';

/** When requests come. Rates are averages, 0 … 1,000,000 a second; 0: none. */
export type LoadProfile =
  /** Evenly spaced. */
  | { readonly shape: 'constant'; readonly perSecond: number }
  /** Independent of each other, as from many people: exponential gaps. */
  | { readonly shape: 'poisson'; readonly perSecond: number }
  /** `burst` (1 … 65,536) requests at once, `perSecond` requests a second on average. Gaps between bursts: default `even`. */
  | { readonly shape: 'bursts'; readonly perSecond: number; readonly burst: number; readonly gaps?: Gaps }
  /** From one rate to another, evenly within `overMs` (at least 1); then it stays there. Gaps: default `even`. */
  | {
      readonly shape: 'ramp';
      readonly fromPerSecond: number;
      readonly toPerSecond: number;
      readonly overMs: number;
      readonly gaps?: Gaps;
    };

const PER_SECOND_MAX = 1_000_000;
/** As many asks as one actor may have under way. */
const BURST_MAX = 65_536;
/** The longest ramp: 2³¹ ms, as for timers. */
const RAMP_MS_MAX = 2 ** 31;

const GAPS: readonly Gaps[] = ['even', 'exponential'];

/** How the gaps of a profile vary. */
export function gapsOf(profile: LoadProfile): Gaps {
  switch (profile.shape) {
    case 'constant':
      return 'even';
    case 'poisson':
      return 'exponential';
    case 'bursts':
    case 'ramp':
      return profile.gaps ?? 'even';
    default:
      return unreachable(profile, 'profile');
  }
}

/** Whether two profiles say the same. */
export function sameProfile(a: LoadProfile, b: LoadProfile): boolean {
  return FIELDS.every((field) => fieldOf(a, field) === fieldOf(b, field)) && gapsOf(a) === gapsOf(b);
}

const FIELDS = ['shape', 'perSecond', 'burst', 'fromPerSecond', 'toPerSecond', 'overMs'] as const;

function fieldOf(profile: LoadProfile, field: string): unknown {
  return (profile as Readonly<Record<string, unknown>>)[field];
}

/** @throws PlayhouseError `invalid-configuration`, naming the field: `profile.perSecond` */
export function checkProfile(profile: LoadProfile, owner: string): void {
  checkShape(profile, owner);
  const check = (field: string, min: number, max: number): void =>
    checkNumber(`profile.${field}`, fieldOf(profile, field) as number, min, max, owner);
  if (profile.shape === 'ramp') {
    check('fromPerSecond', 0, PER_SECOND_MAX);
    check('toPerSecond', 0, PER_SECOND_MAX);
    check('overMs', 1, RAMP_MS_MAX);
  } else {
    check('perSecond', 0, PER_SECOND_MAX);
    if (profile.shape === 'bursts') checkWhole('profile.burst', profile.burst, 1, BURST_MAX, owner);
  }
}

/**
 * A profile with its numbers brought within their bounds: a parameter that is dragged past them must not end the load.
 *
 * @throws PlayhouseError `invalid-configuration` where it is no profile at all
 */
export function boundedProfile(profile: LoadProfile, owner: string): LoadProfile {
  checkShape(profile, owner);
  switch (profile.shape) {
    case 'constant':
    case 'poisson':
      return { ...profile, perSecond: within(profile.perSecond, 0, PER_SECOND_MAX) };
    case 'bursts': {
      const burst = Math.round(within(profile.burst, 1, BURST_MAX));
      return { ...profile, perSecond: within(profile.perSecond, 0, PER_SECOND_MAX), burst };
    }
    case 'ramp':
      return {
        ...profile,
        fromPerSecond: within(profile.fromPerSecond, 0, PER_SECOND_MAX),
        toPerSecond: within(profile.toPerSecond, 0, PER_SECOND_MAX),
        overMs: within(profile.overMs, 1, RAMP_MS_MAX),
      };
    default:
      return unreachable(profile, 'profile');
  }
}

/** What is not a number counts as the least. */
function within(value: number, min: number, max: number): number {
  return value >= min ? Math.min(value, max) : min;
}

const SHAPES: readonly LoadProfile['shape'][] = ['constant', 'poisson', 'bursts', 'ramp'];

function checkShape(profile: LoadProfile, owner: string): void {
  const { shape, gaps = 'even' } = (profile as { readonly shape?: unknown; readonly gaps?: unknown } | null) ?? {};
  checkOneOf(owner, 'profile.shape', String(shape), SHAPES);
  checkOneOf(owner, 'profile.gaps', String(gaps), GAPS);
}
