/** Texts on a canvas: how wide they are, as much of them as fits, and legible over lines. */
import type { Palette } from '../plots/plot-drawing.ts';

/** Remembers widths: measuring is the slowest part of drawing texts. */
export interface Ruler {
  widthOf(pen: CanvasRenderingContext2D, text: string): number;
  /** The text, or as much of it as fits with an ellipsis. */
  fit(pen: CanvasRenderingContext2D, text: string, room: number): string;
}

/** Texts remembered; then it forgets all of them. */
const KNOWN_MAX = 5_000;

export function createRuler(): Ruler {
  const known = new Map<string, number>();

  function widthOf(pen: CanvasRenderingContext2D, text: string): number {
    let width = known.get(text);
    if (width === undefined) {
      if (known.size >= KNOWN_MAX) known.clear();
      width = pen.measureText(text).width;
      known.set(text, width);
    }
    return width;
  }

  return {
    widthOf,
    fit(pen, text, room) {
      const width = widthOf(pen, text);
      if (width <= room) return text;
      // Letters are about equally wide; one too few is better than one too many.
      let length = Math.max(1, Math.floor((text.length * room) / width) - 1);
      while (length > 1 && widthOf(pen, `${text.slice(0, length)}…`) > room) length--;
      return `${text.slice(0, length)}…`;
    },
  };
}

/** Text with an edge of the ground around it, so that lines do not cross it out. */
export function writeOver(
  pen: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  color: string,
  palette: Palette,
): void {
  pen.lineWidth = 3;
  pen.lineJoin = 'round';
  pen.strokeStyle = palette.color('--surface');
  pen.strokeText(text, x, y);
  pen.fillStyle = color;
  pen.fillText(text, x, y);
}
