/** The table of the benchmarks, as text for a terminal and as Markdown: one line a system, grouped by what they do. */
import { groupsOf, leadOver, standingOf } from './measurements.mjs';

/** @typedef {import('./measurements.mjs').Summary} Summary */

/** As in workload.ts, which Node cannot read. */
export const OURS = 'Playhouse';

const HEADINGS = ['median', 'min', 'max', 'unit', 'runs', 'floor', 'to it', 'qb, C++', 'to it', `${OURS} is`];
const IS_TEXT = [true, false, false, false, true, false, false, false, false, false, false];

export const LEGEND =
  `"to it": how many times as good as the floor, or as qb, the median is; ✗ marks what is behind. "${OURS} is": how many ` +
  'times as good as this line the first line of its group is. For times and sizes, smaller is better.';

/** @param {readonly Summary[]} results */
export function tableOf(results) {
  const groups = groupsOf(results, OURS).map(({ group, rows }) => ({
    group,
    lines: rows.map((row) => [`  ${row.system}`, ...cellsOf(row, results)]),
  }));
  const headings = ['', ...HEADINGS];
  const all = [headings, ...groups.flatMap(({ lines }) => lines)];
  const widths = headings.map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0)));
  const drawn = (/** @type {readonly string[]} */ line) =>
    line
      .map((cell, column) => (IS_TEXT[column] ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [drawn(headings), rule, ...groups.flatMap(({ group, lines }) => [group, ...lines.map(drawn)])].join('\n');
}

/** @param {readonly Summary[]} results */
export function markdownOf(results) {
  const headings = [
    'workload',
    'system',
    'median',
    'min–max',
    'unit',
    'floor',
    'to it',
    'qb, C++',
    'to it',
    `${OURS} is`,
  ];
  const rule = ['---', '---', '--:', '--:', '---', '--:', '--:', '--:', '--:', '--:'];
  const lines = groupsOf(results, OURS).flatMap(({ group, rows }) =>
    rows.map((row, place) => {
      const [median = '', min = '', max = '', unit = '', , ...rest] = cellsOf(row, results);
      const system = row.system === OURS ? `**${OURS}**` : row.system;
      return [place === 0 ? group : '', system, median, `${min}–${max}`, unit, ...rest];
    }),
  );
  return [headings, rule, ...lines].map((line) => `| ${line.join(' | ')} |`).join('\n');
}

/**
 * @param {Summary} row
 * @param {readonly Summary[]} results
 * @returns {readonly string[]} one for each of HEADINGS
 */
function cellsOf(row, results) {
  const standing = standingOf(row, results);
  return [
    digits(row.median),
    digits(row.min),
    digits(row.max),
    row.unit,
    String(row.runs),
    standing?.bound ?? '',
    times(standing?.toBound, true),
    standing?.mark ?? '',
    times(standing?.toMark, true),
    times(leadOver(row, results, OURS), false),
  ];
}

/**
 * @param {number | undefined} ratio
 * @param {boolean} isHeldTo whether being behind is worth a mark
 */
function times(ratio, isHeldTo) {
  if (ratio === undefined) return '';
  if (!Number.isFinite(ratio)) return '✓';
  return `${isHeldTo && ratio < 1 ? '✗ ' : ''}${digits(ratio)} ×`;
}

/**
 * Three digits that count; whole numbers with their thousands apart.
 * @param {number} value
 */
export function digits(value) {
  const size = Math.abs(value);
  if (size >= 1_000) return Math.round(value).toLocaleString('en');
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

const BEGIN = '<!-- benchmarks: written by npm run bench -- --markdown -->';
const END = '<!-- end of benchmarks -->';

/**
 * A text with the part between the marks replaced; the whole text where it has none.
 * @param {string} text what a file holds
 * @param {string} part
 */
export function replacePart(text, part) {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) return `${part}\n`;
  return `${text.slice(0, begin + BEGIN.length)}\n\n${part}\n\n${text.slice(end)}`;
}
