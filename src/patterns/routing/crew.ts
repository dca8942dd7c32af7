/**
 * The children of a pool: where they are placed, how many there should be, and making up for those that are gone.
 *
 * Invariant: `wanted` is at least 1. Children are supervised by the pool, so a failure costs nothing here: a restarted child
 * keeps its ref. Only one that stops for good leaves a gap, and gaps are filled after a wait of `REFILL_MS`, so that a child
 * which stops itself at once cannot keep its pool busy with nothing else.
 */
import type { AnyBehavior, Behavior } from '../../kernel/behavior.ts';
import type { Context, Placement } from '../../kernel/context.ts';
import { checkNumber, checkWhole, PlayhouseError } from '../../kernel/errors.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import type { Protocol } from '../../kernel/schema.ts';
import { ROUTEES_MAX } from './routing.ts';

/** Where children go: as for a spawn, or in turn on the workers with these numbers. */
export type CrewPlacement = Placement | readonly number[];

/** How long a gap stays, in ms. */
export const REFILL_MS = 1_000;
/** Timer and message of the pool that fills gaps. */
export const REFILL_KIND = 'Refill';

export interface CrewState {
  /** How many there should be. */
  wanted: number;
  /** Placed so far, for placement in turn. */
  placed: number;
  /** Whether a refill is on its way. */
  refilling: boolean;
}

export interface CrewSettings {
  readonly behavior: AnyBehavior;
  readonly placement: CrewPlacement;
  /** Ms that a child may take to stop, its queued messages included. */
  readonly shutdownMs: number;
}

/** @throws PlayhouseError `invalid-configuration`, naming the field */
export function checkCrew(name: string, size: number | undefined, { placement, shutdownMs }: CrewSettings): void {
  if (size !== undefined) checkWhole('size', size, 1, ROUTEES_MAX, name);
  checkNumber('shutdownMs', shutdownMs, 0, 2 ** 31, name);
  if (typeof placement === 'string' || typeof placement === 'number') return;
  if (placement.length === 0) {
    throw new PlayhouseError('invalid-configuration', `${name}: placement names no worker.`, 'placement');
  }
  for (const [index, worker] of placement.entries()) checkWhole(`placement[${index}]`, worker, 0, 2 ** 16, name);
}

/** Nobody there yet, and so many wanted. */
export function newCrew(wanted: number): CrewState {
  return { wanted, placed: 0, refilling: false };
}

/** Starts one more child; undefined when there is no room for an actor. */
export function spawnOne(
  crew: CrewState,
  { behavior, placement, shutdownMs }: CrewSettings,
  args: unknown,
  ctx: Context,
): { readonly name: string; readonly ref: Ref<AnyMessage> } | undefined {
  const place =
    typeof placement === 'string' || typeof placement === 'number'
      ? placement
      : (placement[crew.placed % placement.length] as number);
  const options = { args, placement: place, shutdownMs };
  try {
    const ref: Ref = ctx.spawn(behavior as unknown as Behavior<Protocol, unknown>, options);
    crew.placed++;
    return { name: nameOf(ref, ctx), ref: ref as Ref<AnyMessage> };
  } catch (thrown) {
    // A pool that cannot grow goes on with those it has.
    if (thrown instanceof PlayhouseError && thrown.code === 'actor-limit') return undefined;
    throw thrown;
  }
}

/** The kernel gave it a name that is free among the siblings. */
function nameOf(ref: Ref, ctx: Context): string {
  return ctx.children().find((child) => child.ref.id === ref.id)?.name ?? '';
}

/**
 * A child has stopped for good, and it was not the pool that stopped it. The first gap counts: where children keep stopping,
 * each of them putting the refill off would leave nobody.
 */
export function fillLater(crew: CrewState, ctx: Context): void {
  if (crew.refilling) return;
  crew.refilling = true;
  ctx.startTimer(REFILL_KIND, { kind: REFILL_KIND }, REFILL_MS);
}
