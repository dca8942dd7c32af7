/**
 * The order of actors and lanes within their columns, and their centres: sweeps by barycentre to and fro, each followed
 * by the placement that is closest to what everyone wants and keeps everyone apart.
 */

/** An actor or a lane: one waypoint that edges past a layer go through. */
export interface Item {
  readonly id: string;
  readonly layer: number;
  readonly column: number;
  /** Extent across the columns. */
  readonly size: number;
  readonly isActor: boolean;
  /** Neighbours in earlier and in later layers. */
  readonly before: Item[];
  readonly after: Item[];
  center: number;
}

const SWEEPS = 8;
/** Lanes hardly pull: a chain of actors stays level and its lanes go round. */
const LANE_WEIGHT = 0.02;

/** Orders every column and then sets centres, sweeping to and fro. */
export function arrange(columns: readonly Item[][], gap: number): void {
  for (const column of columns) stack(column, gap);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const rightwards = sweep % 2 === 0;
    for (const column of rightwards ? columns : columns.toReversed()) {
      const wanted = (one: Item): number => mean(rightwards ? one.before : one.after, one.center);
      const keyed = column.map((one, index) => ({ one, wanted: wanted(one), index }));
      keyed.sort((a, b) => a.wanted - b.wanted || a.index - b.index);
      keyed.forEach(({ one }, index) => {
        column[index] = one;
      });
      settle(
        column,
        keyed.map((entry) => entry.wanted),
        gap,
      );
    }
  }
  for (const column of columns)
    settle(
      column,
      column.map((one) => mean([...one.before, ...one.after], one.center)),
      gap,
    );
}

/** Actors pull their neighbours level; lanes give way. */
function mean(items: readonly Item[], otherwise: number): number {
  let weights = 0;
  let sum = 0;
  for (const one of items) {
    weights += weightOf(one);
    sum += weightOf(one) * one.center;
  }
  return weights === 0 ? otherwise : sum / weights;
}

function weightOf({ isActor }: Item): number {
  return isActor ? 1 : LANE_WEIGHT;
}

function stack(column: readonly Item[], gap: number): void {
  const total = column.reduce((sum, one) => sum + one.size + gap, -gap);
  let at = -total / 2;
  for (const one of column) {
    one.center = at + one.size / 2;
    at += one.size + gap;
  }
}

interface Pool {
  readonly sum: number;
  readonly weight: number;
  readonly count: number;
}

function levelOf({ sum, weight }: Pool): number {
  return sum / weight;
}

/**
 * The centres closest to the wanted ones that keep the order and the gaps: isotonic regression by pooling adjacent
 * violators (Ayer and others, 1955).
 */
function settle(column: readonly Item[], wanted: readonly number[], gap: number): void {
  const offsets: number[] = [];
  column.forEach((one, index) => {
    const previous = column[index - 1];
    offsets.push(previous === undefined ? 0 : (offsets[index - 1] ?? 0) + (previous.size + one.size) / 2 + gap);
  });
  const pools: Pool[] = [];
  column.forEach((one, index) => {
    const weight = weightOf(one);
    let pool: Pool = { sum: weight * ((wanted[index] ?? 0) - (offsets[index] ?? 0)), weight, count: 1 };
    for (let last = pools.at(-1); last !== undefined && levelOf(last) > levelOf(pool); last = pools.at(-1)) {
      pool = { sum: pool.sum + last.sum, weight: pool.weight + last.weight, count: pool.count + last.count };
      pools.pop();
    }
    pools.push(pool);
  });
  let index = 0;
  for (const pool of pools) {
    for (let used = 0; used < pool.count; used++, index++) {
      const one = column[index];
      if (one !== undefined) one.center = levelOf(pool) + (offsets[index] ?? 0);
    }
  }
}
