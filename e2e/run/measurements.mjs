/** From measured runs to the numbers of each row, and how they stand to what is promised and to each other. */

/**
 * @typedef {import('../bench/workload.ts').Unit} Unit
 * @typedef {import('../bench/workload.ts').Measurement} Measurement
 * @typedef {import('../bench/workload.ts').Timed} Timed
 * @typedef {import('../bench/workload.ts').Goal} Goal
 * @typedef {import('../bench/workload.ts').Bound} Bound
 * @typedef {{
 *   readonly name: string, readonly group: string, readonly system: string, readonly unit: Unit, readonly median: number,
 *   readonly min: number, readonly max: number, readonly runs: number, readonly baseline: string | undefined,
 *   readonly goal: Goal | undefined,
 * }} Summary
 */

/**
 * @param {Unit} unit
 * @param {Measurement} measurement
 * @returns {number} operations per time, time per operation, or the amount, as the unit says
 */
export function measuredValue(unit, measurement) {
  switch (unit) {
    case 'MB':
    case 'bytes':
    case 'keyframes':
    case 'actors':
    case '× one worker':
    case '% of throughput':
      if ('amount' in measurement) return measurement.amount;
      throw new Error(`A time cannot be given in ${unit}.`);
    default:
      if ('amount' in measurement) throw new Error(`An amount cannot be given in ${unit}.`);
      return timedValue(unit, measurement);
  }
}

/**
 * @param {Exclude<Unit, import('../bench/workload.ts').Amount>} unit
 * @param {Timed} measurement
 */
function timedValue(unit, { operations, elapsedMs }) {
  switch (unit) {
    case 'ms':
      return elapsedMs / operations;
    case 'µs':
      return (elapsedMs / operations) * 1_000;
    case 'ns':
      return (elapsedMs / operations) * 1_000_000;
    default:
      return operations / elapsedMs / (unit.startsWith('M ') ? 1_000 : 1);
  }
}

/**
 * @param {Pick<Summary, 'name' | 'group' | 'system' | 'unit'> & { readonly baseline?: string, readonly goal?: Goal }} workload
 * @param {readonly number[]} values
 * @returns {Summary}
 */
export function summaryOf({ name, group, system, unit, baseline, goal }, values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const at = (/** @type {number} */ index) => /** @type {number} */ (sorted[index]);
  return {
    name,
    group,
    system,
    unit,
    median: sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2,
    min: at(0),
    max: at(sorted.length - 1),
    runs: sorted.length,
    baseline,
    goal,
  };
}

/**
 * What a result is held to: the bound, the mark, and how many times as good as each of them it is; below 1 it is behind.
 * Undefined where nothing is promised, or where what it is a multiple of was not measured.
 * @typedef {{ readonly bound: string, readonly toBound: number, readonly mark: string, readonly toMark: number | undefined }} Standing
 * @param {Summary} result
 * @param {readonly Summary[]} results
 * @returns {Standing | undefined}
 */
export function standingOf({ median, goal, baseline }, results) {
  if (goal === undefined) return undefined;
  const isRatio = goal.of === 'ratio';
  const floor = results.find(({ name }) => name === baseline);
  if (isRatio && floor === undefined) return undefined;
  const value = isRatio ? median / /** @type {Summary} */ (floor).median : median;
  const isAtLeast = 'atLeast' in goal;
  const bound = isAtLeast ? goal.atLeast : goal.atMost;
  const { mark } = goal;
  const suffix = isRatio ? ' × raw' : '';
  const standing = (/** @type {number} */ held) => (isAtLeast ? value / held : value <= 0 ? Infinity : held / value);
  return {
    bound: `${isAtLeast ? '≥' : '≤'} ${bound.toLocaleString('en')}${suffix}`,
    toBound: standing(bound),
    mark: mark === undefined ? '' : `${mark.toLocaleString('en')}${suffix}`,
    toMark: mark === undefined ? undefined : standing(mark),
  };
}

/** Of these units more is better; of all others that can be compared, less. */
const RATE = /\/s$/;
/** Of these more is neither. */
const INCOMPARABLE = new Set(['actors', 'keyframes', '× one worker', '% of throughput']);

/**
 * How many times as good as this result that of Playhouse is, in the same group and unit.
 * @param {Summary} result
 * @param {readonly Summary[]} results
 * @param {string} ours the system that all are compared with
 * @returns {number | undefined}
 */
export function leadOver({ group, system, unit, median }, results, ours) {
  const own = results.find((other) => other.group === group && other.system === ours && other.unit === unit);
  if (own === undefined || system === ours || INCOMPARABLE.has(unit)) return undefined;
  return RATE.test(unit) ? own.median / median : median / own.median;
}

/**
 * Rows that stand together, in the order in which their groups first come; ours before the others.
 * @param {readonly Summary[]} results
 * @param {string} ours
 * @returns {readonly { readonly group: string, readonly rows: readonly Summary[] }[]}
 */
export function groupsOf(results, ours) {
  /** @type {Map<string, Summary[]>} */
  const groups = new Map();
  for (const result of results) {
    const rows = groups.get(result.group);
    if (rows === undefined) groups.set(result.group, [result]);
    else if (result.system === ours) rows.unshift(result);
    else rows.push(result);
  }
  return [...groups].map(([group, rows]) => ({ group, rows }));
}
