/**
 * Refs: the address of an actor. Plain data that can travel in messages, equal across workers, and the same before and
 * after a restart. A name that is used again later gets another ref, because the generation differs.
 */

/** What every message has: the name of its kind. */
export interface AnyMessage {
  readonly kind: string;
}

/**
 * The address of an actor that accepts messages of type `M`; plain `Ref` may be passed around, but not told anything.
 *
 * - `node`: which system of a cluster; always 0 until there are clusters.
 * - `id`: row in the actor table, unique among the living.
 * - `generation`: distinguishes successive owners of the same row.
 * - `ask`: 0 for an actor; otherwise the one-shot reply address of that ask.
 * - `protocol`: index of the accepted protocol in the system's registry, which is how a sender finds the schema.
 */
export interface Ref<in M extends AnyMessage = never> {
  readonly node: number;
  readonly id: number;
  readonly generation: number;
  readonly ask: number;
  readonly protocol: number;
  /** Carries the type of accepted messages; never present at run time. */
  readonly _accepts?: (message: M) => void;
}

/** Whether two refs are the address of the same actor, restarts included, or of the same ask. */
export function sameRef(a: Ref, b: Ref): boolean {
  return a.id === b.id && a.generation === b.generation && a.node === b.node && a.ask === b.ask;
}
