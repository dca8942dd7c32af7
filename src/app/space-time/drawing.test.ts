/** The diagram as it is drawn: each kind of step and each mark has a shape of its own, whatever its colour is. */
import { describe, expect, test } from 'vitest';
import type { Mark, StepKind, StepRecord } from '../../engine/simulation.ts';
import type { Palette } from '../plots/plot-drawing.ts';
import { MARKS } from '../timeline/marks.ts';
import { createDrawing } from './drawing.ts';
import { makeGeometry } from './geometry.ts';
import { drawMark } from './glyphs.ts';
import { columnOf, layoutSpaceTime } from './layout.ts';
import { FUTURE_ALPHA, type Scene } from './scene.ts';

const GRAY: Palette = { color: () => 'gray', font: '10px sans-serif' };
/** Colours by their names. */
const NAMED: Palette = { color: (name) => name, font: '10px sans-serif' };

interface Call {
  readonly name: string;
  readonly values: readonly unknown[];
  readonly alpha: unknown;
}

/** A pen that writes down what it is told instead of drawing. */
function createPen(): { readonly pen: CanvasRenderingContext2D; readonly calls: Call[]; readonly text: () => string } {
  const calls: Call[] = [];
  const state: Record<string, unknown> = { globalAlpha: 1 };
  const pen = new Proxy(state, {
    get(_, name) {
      const key = String(name);
      if (key === 'measureText') return (text: string) => ({ width: text.length * 6 });
      if (key in state) return state[key];
      return (...values: unknown[]) => void calls.push({ name: key, values, alpha: state['globalAlpha'] });
    },
    set(_, name, value) {
      state[String(name)] = value;
      if (/Style$/.test(String(name))) calls.push({ name: String(name), values: [value], alpha: state['globalAlpha'] });
      return true;
    },
  }) as unknown as CanvasRenderingContext2D;
  return { pen, calls, text: () => calls.map(({ name, values }) => `${name}(${values.join(' ')})`).join('\n') };
}

function record(step: number, fields: Partial<StepRecord>): StepRecord {
  return {
    step,
    atMs: step,
    kind: 'message',
    path: '/a',
    worker: 0,
    label: 'Some',
    cause: 0,
    from: '',
    sentMs: step,
    arrivedMs: step,
    busyMs: 0,
    marks: ['breaker'],
    isDeviation: false,
    ...fields,
  };
}

function sceneOf(steps: readonly StepRecord[], current = steps.length): Scene {
  const layout = layoutSpaceTime(steps);
  const content = { rows: layout.lifelines.length, columns: layout.columns.length };
  return {
    layout,
    flights: [],
    geometry: makeGeometry({ width: 800, height: 200 }, content, 48),
    scroll: { left: 0, top: 0 },
    current,
    cursorColumn: columnOf(layout.columns, current),
    nowMs: current,
    selected: undefined,
    hovered: undefined,
  };
}

function drawn(scene: Scene, palette = GRAY): ReturnType<typeof createPen> {
  const recorder = createPen();
  createDrawing(palette)(recorder.pen, scene);
  return recorder;
}

describe('what is drawn', () => {
  test('every mark has its shape, which no other mark has', () => {
    const shapes = MARKS.map(({ mark }) => {
      const { pen, text } = createPen();
      drawMark(pen, mark, 50, 50, GRAY);
      return text();
    });
    expect(shapes.length).toBe(10);
    for (const shape of shapes) expect(shape).toMatch(/stroke\(\)|fill\(\)/);
    expect(new Set(shapes).size).toBe(shapes.length);
  });

  test('every kind of step, too; those of the whole system are in the axis', () => {
    const kinds: readonly StepKind[] = ['message', 'signal', 'timer', 'fault', 'send'];
    const shapes = kinds.map((kind) => drawn(sceneOf([record(1, { kind })])).text());
    expect(new Set(shapes).size).toBe(kinds.length);
    const inAxis = drawn(sceneOf([record(1, { kind: 'fault', path: '' })])).text();
    expect(new Set([...shapes, inAxis]).size).toBe(kinds.length + 1);
  });

  test('a step that failed, one that restarted and both differ from one that did nothing of it, in the colours of that', () => {
    const colorsAdded = (marks: readonly Mark[]): readonly string[] => {
      const plain = drawn(sceneOf([record(1, {})]), NAMED);
      const marked = drawn(sceneOf([record(1, { marks: ['breaker', ...marks] })]), NAMED);
      expect(marked.calls.length).toBeGreaterThan(plain.calls.length);
      const before = plain.text().split('\n');
      return [
        ...new Set(
          marked
            .text()
            .split('\n')
            .filter((line) => line.includes('Style(') && !before.includes(line)),
        ),
      ];
    };
    expect(colorsAdded(['failed'])).toEqual(['strokeStyle(--bad)']);
    expect(colorsAdded(['restarted'])).toEqual(['strokeStyle(--warn)', 'fillStyle(--warn)']);
    expect(colorsAdded(['failed', 'restarted'])).toEqual([
      'strokeStyle(--warn)',
      'fillStyle(--warn)',
      'strokeStyle(--bad)',
    ]);
    const all = [[], ['failed'], ['restarted'], ['failed', 'restarted'], ['violated'], ['stopped']] as const;
    const shapes = all.map((marks) => drawn(sceneOf([record(1, { marks: ['breaker', ...marks] })])).text());
    expect(new Set(shapes).size).toBe(all.length);
  });

  test('what comes after the cursor is paler, and a deviation has its flag', () => {
    const scene = sceneOf([record(1, {}), record(2, { isDeviation: true })], 1);
    const pale = drawn(scene).calls.filter(({ alpha }) => alpha === FUTURE_ALPHA);
    expect(pale.some(({ name }) => name === 'fillText')).toBe(true);
    const atEnd = drawn({ ...scene, current: 2, cursorColumn: 1 });
    expect(atEnd.calls.some(({ alpha }) => alpha === FUTURE_ALPHA)).toBe(false);
    const plain = drawn(sceneOf([record(1, {}), record(2, {})]));
    expect(atEnd.calls.length).toBeGreaterThan(plain.calls.length);
  });

  test('a fold says how many steps it is', () => {
    const steps = [record(1, {}), ...[2, 3, 4, 5].map((step) => record(step, { marks: [], label: 'Quiet' }))];
    const texts = drawn(sceneOf(steps))
      .calls.filter(({ name }) => name === 'fillText')
      .map(({ values }) => values[0]);
    expect(texts).toContain('×4 Quiet');
    const single = drawn(sceneOf(steps.slice(0, 2))).calls.filter(({ name }) => name === 'fillText');
    expect(single.map(({ values }) => values[0])).toContain('Quiet');
  });

  test('nothing that is out of view is drawn', () => {
    const steps = Array.from({ length: 500 }, (_, index) => record(index + 1, { label: `Label${index + 1}` }));
    const texts = drawn(sceneOf(steps, 1))
      .calls.filter(({ name }) => name === 'fillText')
      .map(({ values }) => values[0]);
    const labels = texts.filter((text) => String(text).startsWith('L'));
    expect(labels.length).toBeGreaterThan(5);
    expect(labels.length).toBeLessThan(20);
  });
});
