/** From measured runs to the numbers and the table that people read. */

/**
 * @typedef {import('../bench/workload.ts').Unit} Unit
 * @typedef {import('../bench/workload.ts').Measurement} Measurement
 * @typedef {import('../bench/workload.ts').Timed} Timed
 * @typedef {import('../bench/workload.ts').Goal} Goal
 * @typedef {{
 *   readonly name: string, readonly unit: Unit, readonly median: number, readonly min: number, readonly max: number,
 *   readonly runs: number, readonly baseline: string | undefined, readonly goal: Goal | undefined,
 * }} Summary
 */

/**
 * @param {Unit} unit
 * @param {Measurement} measurement
 * @returns {number} operations per time, time per operation, or the amount, as the unit says
 */
export function measuredValue(unit, measurement) {
  switch (unit) {
    case 'M msg/s':
    case 'M steps/s':
    case 'K/s':
    case 'K steps/s':
    case 'ms':
    case 'µs':
    case 'ns':
      if ('amount' in measurement) throw new Error(`An amount cannot be given in ${unit}.`);
      return timedValue(unit, measurement);
    case 'MB':
    case 'keyframes':
      if ('amount' in measurement) return measurement.amount;
      throw new Error(`A time cannot be given in ${unit}.`);
  }
}

/**
 * @param {Exclude<Unit, 'MB' | 'keyframes'>} unit
 * @param {Timed} measurement
 */
function timedValue(unit, { operations, elapsedMs }) {
  switch (unit) {
    case 'M msg/s':
    case 'M steps/s':
      return operations / elapsedMs / 1_000;
    case 'K/s':
    case 'K steps/s':
      return operations / elapsedMs;
    case 'ms':
      return elapsedMs / operations;
    case 'µs':
      return (elapsedMs / operations) * 1_000;
    case 'ns':
      return (elapsedMs / operations) * 1_000_000;
  }
}

/**
 * @param {Pick<Summary, 'name' | 'unit'> & { readonly baseline?: string, readonly goal?: Goal }} workload
 * @param {readonly number[]} values
 * @returns {Summary}
 */
export function summaryOf({ name, unit, baseline, goal }, values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const at = (/** @type {number} */ index) => /** @type {number} */ (sorted[index]);
  return {
    name,
    unit,
    median: sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2,
    min: at(0),
    max: at(sorted.length - 1),
    runs: sorted.length,
    baseline,
    goal,
  };
}

/** @param {readonly Summary[]} results */
export function tableOf(results) {
  const rows = results.map((result) => {
    const [amount, what] = comparisonOf(result, results) ?? [];
    return [
      result.name,
      digits(result.median),
      digits(result.min),
      digits(result.max),
      result.unit,
      String(result.runs),
      amount === undefined ? '' : `${(result.median / amount).toFixed(2)} ×`,
      what ?? '',
    ];
  });
  const table = [['workload', 'median', 'min', 'max', 'unit', 'runs', 'ratio', 'to'], ...rows];
  const isText = [true, false, false, false, true, false, false, true];
  const widths = isText.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) =>
    row.map((cell, column) => (isText[column] ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))),
  );
  const rule = widths.map((width) => '─'.repeat(width));
  return [lines[0] ?? [], rule, ...lines.slice(1)].map((row) => row.join('  ').trimEnd()).join('\n');
}

/**
 * What a result is compared with, and what that is called: its baseline, or what is promised of it.
 * @param {Summary} result
 * @param {readonly Summary[]} results
 * @returns {readonly [number, string] | undefined}
 */
function comparisonOf({ baseline, goal, unit }, results) {
  const floor = results.find(({ name }) => name === baseline);
  if (floor !== undefined) return [floor.median, floor.name];
  if (goal === undefined) return undefined;
  return 'atLeast' in goal
    ? [goal.atLeast, `at least ${goal.atLeast} ${unit}`]
    : [goal.atMost, `at most ${goal.atMost} ${unit}`];
}

/**
 * Three digits that count.
 * @param {number} value
 */
function digits(value) {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}
