/** From measured runs to the numbers and the table that people read. */

/**
 * @typedef {import('../bench/workload.ts').Unit} Unit
 * @typedef {import('../bench/workload.ts').Measurement} Measurement
 * @typedef {{
 *   readonly name: string, readonly unit: Unit, readonly median: number, readonly min: number, readonly max: number,
 *   readonly runs: number, readonly baseline: string | undefined,
 * }} Summary
 */

/**
 * @param {Unit} unit
 * @param {Measurement} measurement
 * @returns {number} operations per time, or time per operation, as the unit says
 */
export function measuredValue(unit, { operations, elapsedMs }) {
  switch (unit) {
    case 'M msg/s':
      return operations / elapsedMs / 1_000;
    case 'K/s':
      return operations / elapsedMs;
    case 'µs':
      return (elapsedMs / operations) * 1_000;
    case 'ns':
      return (elapsedMs / operations) * 1_000_000;
  }
}

/**
 * @param {Pick<Summary, 'name' | 'unit'> & { readonly baseline?: string }} workload
 * @param {readonly number[]} values
 * @returns {Summary}
 */
export function summaryOf({ name, unit, baseline }, values) {
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
  };
}

/** @param {readonly Summary[]} results */
export function tableOf(results) {
  const rows = results.map((result) => {
    const floor = results.find(({ name }) => name === result.baseline);
    return [
      result.name,
      digits(result.median),
      digits(result.min),
      digits(result.max),
      result.unit,
      String(result.runs),
      floor === undefined ? '' : `${(result.median / floor.median).toFixed(2)} ×`,
      floor === undefined ? '' : floor.name,
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
 * Three digits that count.
 * @param {number} value
 */
function digits(value) {
  return value >= 100
    ? value.toFixed(0)
    : value >= 10
      ? value.toFixed(1)
      : value >= 1
        ? value.toFixed(2)
        : value.toFixed(3);
}
