/** Names as numbers, for the log: labels of steps, and the lives of actors. Both only ever grow, up to a bound. */
import type { Cell } from '../../kernel/cell.ts';

/** FNV-1a, 32 bits. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash | 0;
}

const LABELS_MAX = 10_000;

export class Labels {
  private readonly numbers = new Map<string, number>();
  private readonly texts: string[] = [];
  private readonly hashes: number[] = [];

  numberOf(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    // Labels are kinds of messages and the like; only a scenario that makes them up as it goes has so many.
    if (this.texts.length >= LABELS_MAX) return this.numberOf('…');
    const number = this.texts.length;
    this.numbers.set(text, number);
    this.texts.push(text);
    this.hashes.push(hashText(text));
    return number;
  }

  text(number: number): string {
    return this.texts[number] ?? '';
  }

  /** The same in every run, whatever was seen before. */
  hash(number: number): number {
    return this.hashes[number] ?? 0;
  }
}

/** Actors whose names outlive them in the log. */
const LIFELINES_MAX = 200_000;

export class Lifelines {
  private readonly paths: string[] = [''];
  private readonly byRow: number[] = [];
  private readonly generationByRow: number[] = [];
  private readonly byKey = new Map<string, number>();

  of({ ref, path }: Cell): number {
    const known = this.byRow[ref.id];
    if (known !== undefined && this.generationByRow[ref.id] === ref.generation && this.paths[known] === path) {
      return known;
    }
    const key = `${ref.id}.${ref.generation} ${path}`;
    let number = this.byKey.get(key);
    if (number === undefined) {
      if (this.paths.length >= LIFELINES_MAX) return 0;
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
