/** A running hash over a run: two numbers of 32 bits, mixed with whatever happens. Equal runs have equal ones. */
export interface RunHash {
  high: number;
  low: number;
}

export function freshHash(): RunHash {
  return { high: 0x9e3779b9 | 0, low: 0x85ebca6b | 0 };
}

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

export function mix(hash: RunHash, value: number): void {
  const low = Math.imul(hash.low ^ value, 0x01000193);
  hash.low = low ^ (low >>> 15);
  hash.high = Math.imul((hash.high ^ hash.low) + 0x7f4a7c15, 0x2c1b3c6d);
}

export function mixDouble(hash: RunHash, value: number): void {
  double[0] = value;
  mix(hash, words[0] as number);
  mix(hash, words[1] as number);
}

export function textOf({ high, low }: RunHash): string {
  return (high >>> 0).toString(16).padStart(8, '0') + (low >>> 0).toString(16).padStart(8, '0');
}
