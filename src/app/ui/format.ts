/** Numbers as people read them. All of them short, so that a fixed place holds any of them. */
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const virtual = new Intl.NumberFormat('en-US', { minimumFractionDigits: 3, maximumFractionDigits: 3 });
const NOTHING = '–';

/** `12,345` */
export function formatCount(value: number): string {
  return whole.format(value);
}

/** Three significant digits: `0`, `7.2`, `840`, `12.3k`, `1.25M`. */
export function formatShort(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return NOTHING;
  if (value < 999.5) return value >= 99.95 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(1);
  if (value < 999_500) return `${threeDigits(value / 1_000)}k`;
  return `${threeDigits(value / 1_000_000)}M`;
}

/** `0.42 ms`, `8.31 ms`, `120 ms`, `1.24 s` */
export function formatMs(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return NOTHING;
  return value < 999.5 ? `${threeDigits(value)} ms` : `${threeDigits(value / 1_000)} s`;
}

/** As `formatMs`, with microseconds for what is shorter than a tenth of a millisecond: `4.2 µs`, `61 µs` */
export function formatTime(ms: number | undefined): string {
  if (ms === undefined || Number.isNaN(ms) || ms >= 0.099_95) return formatMs(ms);
  const us = ms * 1_000;
  return us >= 9.95 ? `${us.toFixed(0)} µs` : `${us.toFixed(1)} µs`;
}

/** A share of 0 … 1: `0%`, `12%`, `100%`; with digits `0.42%` */
export function formatPercent(share: number, digits = 0): string {
  return `${(share * 100).toFixed(digits)}%`;
}

/** Engine time: `0:07.3`, `12:40.0`, `1:02:03.4` */
export function formatClock(ms: number): string {
  const tenths = Math.floor(Math.max(0, ms) / 100);
  const seconds = Math.floor(tenths / 10);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const tail = `${pad(seconds % 60)}.${tenths % 10}`;
  return hours > 0 ? `${hours}:${pad(minutes % 60)}:${tail}` : `${minutes}:${tail}`;
}

/** Virtual time, to the microsecond, because steps are that close together: `12.345 ms`, `1,234.500 ms` */
export function formatVirtual(ms: number): string {
  return `${formatVirtualBare(ms)} ms`;
}

/** The same without its unit, for a narrow column of moments: `1,234.500` */
export function formatVirtualBare(ms: number): string {
  return virtual.format(ms);
}

/** `worker-1` of `/shop/orders/worker-1` */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `1000`, `1,000`, `1 000` or `2.5`; undefined for anything else, `1,5` too: it could mean two things. */
export function parseNumber(text: string): number | undefined {
  const trimmed = text.trim();
  const isGrouped = /^[+-]?\d{1,3}([,\s]\d{3})+(\.\d+)?$/.test(trimmed);
  const plain = isGrouped ? trimmed.replaceAll(/[,\s]/g, '') : trimmed;
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(plain) ? Number(plain) : undefined;
}

/** A text of somebody else's as the end of a sentence. */
export function endSentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

function threeDigits(value: number): string {
  if (value >= 99.95) return value.toFixed(0);
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
