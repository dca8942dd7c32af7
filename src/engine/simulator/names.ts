/** Names as numbers, for the log: labels of steps, and the lives of actors. Both only ever grow, up to a bound. */
import { fnv1a } from '../../base/hash.ts';
import type { Cell } from '../../kernel/cell.ts';

/** Labels are kinds of messages and the like; only a scenario that makes them up as it goes has so many. */
const LABELS_MAX = 10_000;
/** What every label beyond the bound is called. */
const MORE = '…';

export class Labels {
  private readonly numbers = new Map<string, number>();
  private readonly texts: string[] = [];
  private readonly hashes: number[] = [];
  private readonly max: number;
  private readonly more: number;

  constructor(max = LABELS_MAX) {
    this.max = max;
    // Before the first step there is none.
    this.add('');
    this.more = this.add(MORE);
  }

  numberOf(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    return this.texts.length < this.max ? this.add(text) : this.more;
  }

  private add(text: string): number {
    const number = this.texts.length;
    this.numbers.set(text, number);
    this.texts.push(text);
    this.hashes.push(fnv1a(text));
    return number;
  }

  text(number: number): string {
    return this.texts[number] ?? '';
  }

  /** The same in every run, whatever was seen before, up to the bound. */
  hash(number: number): number {
    return this.hashes[number] ?? 0;
  }
}

/**
 * Actors whose names outlive them in the log; each incarnation of a path at a row counts once. Those beyond are nobody there:
 * their steps are logged and replayed like all others, but without a path.
 */
const LIFELINES_MAX = 200_000;

export class Lifelines {
  private readonly paths: string[] = [''];
  private readonly max: number;
  private readonly byRow: number[] = [];
  private readonly generationByRow: number[] = [];
  private readonly byKey = new Map<string, number>();

  constructor(max = LIFELINES_MAX) {
    this.max = max;
  }

  of({ ref, path }: Pick<Cell, 'ref' | 'path'>): number {
    const known = this.byRow[ref.id];
    if (known !== undefined && this.generationByRow[ref.id] === ref.generation && this.paths[known] === path) {
      return known;
    }
    const key = `${ref.id}.${ref.generation} ${path}`;
    let number = this.byKey.get(key);
    if (number === undefined) {
      // The first name is nobody's.
      if (this.paths.length > this.max) return 0;
      number = this.paths.length;
      this.paths.push(path);
      this.byKey.set(key, number);
    }
    while (this.byRow.length <= ref.id) {
      this.byRow.push(0);
      this.generationByRow.push(-1);
    }
    this.byRow[ref.id] = number;
    this.generationByRow[ref.id] = ref.generation;
    return number;
  }

  path(number: number): string {
    return this.paths[number] ?? '';
  }
}
