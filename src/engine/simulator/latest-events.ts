/**
 * The latest events of a run, in blocks that snapshots share with it: saving costs a few references, and wherever a run goes
 * back to, it has the same events as if it had come there straight from the start.
 */
import type { TraceEvent } from '../../kernel/trace.ts';
import { SIMULATION_LIMITS } from '../simulation.ts';

const BLOCK = 500;
/** One more than are full, so that the latest `traceMax` are always there. */
const BLOCKS_MAX = SIMULATION_LIMITS.traceMax / BLOCK + 1;

export interface EventsSnapshot {
  readonly blocks: readonly TraceEvent[][];
  /** How much of the last block was filled. */
  readonly filled: number;
  /** Events in all of them. */
  readonly count: number;
}

export class LatestEvents {
  /** All but the last one are full. A full one is never written to again. */
  private blocks: TraceEvent[][] = [];

  add(event: TraceEvent): void {
    const last = this.blocks.at(-1);
    if (last !== undefined && last.length < BLOCK) {
      last.push(event);
      return;
    }
    this.blocks.push([event]);
    if (this.blocks.length > BLOCKS_MAX) this.blocks.shift();
  }

  /** Of the latest `traceMax` those with from ≤ sequence < to. */
  slice(from: number, to: number): readonly TraceEvent[] {
    const first = this.blocks[0]?.[0]?.sequence;
    const last = this.blocks.at(-1)?.at(-1)?.sequence;
    if (first === undefined || last === undefined) return [];
    // They are numbered without gaps.
    const start = Math.max(first, last - SIMULATION_LIMITS.traceMax + 1, from) - first;
    const end = Math.min(last + 1, to) - first;
    const found: TraceEvent[] = [];
    for (let at = start; at < end; at++) found.push(this.blocks[Math.floor(at / BLOCK)]?.[at % BLOCK] as TraceEvent);
    return found;
  }

  save(): EventsSnapshot {
    const { blocks } = this;
    const filled = blocks.at(-1)?.length ?? 0;
    return { blocks: [...blocks], filled, count: Math.max(0, blocks.length - 1) * BLOCK + filled };
  }

  restore({ blocks, filled }: EventsSnapshot): void {
    this.blocks = [...blocks];
    const last = blocks.at(-1);
    // What was added to it since is of another time, and others may still need it.
    if (last !== undefined && last.length > filled) this.blocks[blocks.length - 1] = last.slice(0, filled);
  }
}
