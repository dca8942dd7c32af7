/** What the signs mean, drawn by what draws them in the diagram. */
import { useEffect, useRef } from 'react';
import type { Mark } from '../../engine/simulation.ts';
import type { Palette } from '../plots/plot-drawing.ts';
import { MARKS } from '../timeline/marks.ts';
import { drawHead, drawMark, drawOnBox, drawStep, line } from './glyphs.ts';

type Draw = (pen: CanvasRenderingContext2D, palette: Palette) => void;

const SIDE_PX = 24;
const MIDDLE = SIDE_PX / 2;
const BOX_COLOR = 'worker-0';

const SIGNS: readonly { readonly text: string; readonly draw: Draw }[] = [
  {
    text: 'handled a message',
    draw: (pen, all) => drawStep(pen, 'message', MIDDLE, MIDDLE, all.color(BOX_COLOR), all),
  },
  { text: 'handled a signal', draw: (pen, all) => drawStep(pen, 'signal', MIDDLE, MIDDLE, all.color(BOX_COLOR), all) },
  { text: 'timer', draw: (pen, all) => drawStep(pen, 'timer', MIDDLE, MIDDLE, all.color(BOX_COLOR), all) },
  { text: 'sent from outside', draw: (pen, all) => drawStep(pen, 'send', MIDDLE, MIDDLE + 4, '', all) },
  { text: 'in flight at the cursor', draw: drawDashes },
  ...MARKS.map(({ mark, word }) => ({ text: word, draw: drawingOf(mark) })),
];

export function Legend({ palette, id }: { readonly palette: Palette; readonly id: string }) {
  return (
    <ul className="st-legend" id={id} aria-label="Signs">
      {SIGNS.map(({ text, draw }) => (
        <li key={text}>
          <Sign draw={draw} palette={palette} />
          {text}
        </li>
      ))}
    </ul>
  );
}

function Sign({ draw, palette }: { readonly draw: Draw; readonly palette: Palette }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const pen = canvas.current?.getContext('2d');
    if (!canvas.current || !pen) return;
    const ratio = window.devicePixelRatio || 1;
    canvas.current.width = SIDE_PX * ratio;
    canvas.current.height = SIDE_PX * ratio;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw(pen, palette);
  }, [draw, palette]);
  return <canvas ref={canvas} aria-hidden style={{ width: SIDE_PX, height: SIDE_PX }} />;
}

function drawingOf(mark: Mark): Draw {
  return (pen, palette) => {
    if (mark !== 'failed' && mark !== 'restarted') {
      drawMark(pen, mark, MIDDLE, MIDDLE, palette);
      return;
    }
    drawStep(pen, mark === 'restarted' ? 'signal' : 'message', MIDDLE, MIDDLE, palette.color(BOX_COLOR), palette);
    drawOnBox(pen, [mark], MIDDLE, MIDDLE, palette);
  };
}

function drawDashes(pen: CanvasRenderingContext2D, palette: Palette): void {
  pen.strokeStyle = palette.color('--accent');
  pen.lineWidth = 1.5;
  pen.setLineDash([4, 3]);
  line(pen, [2, 5, 20, 18]);
  pen.setLineDash([]);
  drawHead(pen, 20, 18, 18, 13, true);
}
