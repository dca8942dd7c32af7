/** Where messages on their way are drawn. */
import { describe, expect, test } from 'vitest';
import { type GraphLayout, NODE_HEIGHT, NODE_WIDTH } from './layout.ts';
import { createRoutes, parseRoute, pointOn, shareOfWay } from './route.ts';

describe('a line', () => {
  test('straight pieces are walked at one speed', () => {
    const route = parseRoute('M0 0L30 0V10H20');
    expect(route.lengths.at(-1)).toBe(50);
    expect(pointOn(route, 0)).toEqual({ x: 0, y: 0 });
    expect(pointOn(route, 0.5)).toEqual({ x: 25, y: 0 });
    expect(pointOn(route, 0.7)).toEqual({ x: 30, y: 5 });
    expect(pointOn(route, 1)).toEqual({ x: 20, y: 10 });
    expect(pointOn(route, 7)).toEqual({ x: 20, y: 10 });
    expect(pointOn(route, -1)).toEqual({ x: 0, y: 0 });
  });

  test('curves begin and end where they say, and are symmetric where they look so', () => {
    const cubic = parseRoute('M0 0C50 0 50 100 100 100');
    expect(pointOn(cubic, 1)).toEqual({ x: 100, y: 100 });
    expect(pointOn(cubic, 0.5).x).toBeCloseTo(50, 5);
    expect(pointOn(cubic, 0.5).y).toBeCloseTo(50, 5);
    const quadratic = parseRoute('M0 0Q0 10 10 10');
    expect(pointOn(quadratic, 0.5).x).toBeCloseTo(2.5, 1);
    expect(pointOn(quadratic, 0.5).y).toBeCloseTo(7.5, 1);
    expect(pointOn(quadratic, 1)).toEqual({ x: 10, y: 10 });
  });

  test('no line is no way', () => {
    expect(pointOn(parseRoute(''), 0.5)).toEqual({ x: 0, y: 0 });
    expect(pointOn(parseRoute('M4 5'), 0.5)).toEqual({ x: 4, y: 5 });
  });
});

test('a message is where virtual time says', () => {
  const message = { sentMs: 10, arrivesMs: 14 };
  expect([9, 10, 11, 13, 14, 20].map((nowMs) => shareOfWay(message, nowMs))).toEqual([0, 0, 0.25, 0.75, 1, 1]);
  expect(shareOfWay({ sentMs: 3, arrivesMs: 3 }, 3)).toBe(1);
});

describe('routes of a layout', () => {
  const layout: GraphLayout = {
    nodes: [
      { path: '/a', x: 0, y: 0 },
      { path: '/a/b', x: 400, y: 0 },
      { path: '/a/c', x: 400, y: 300 },
    ],
    edges: [{ key: 'a>b', from: '/a', to: '/a/b', line: 'M164 50L400 50', labelX: 0, labelY: 0 }],
  };
  const route = createRoutes(layout);
  const ends = (from: string, to: string) => {
    const found = route(from, to);
    return found && [pointOn(found, 0), pointOn(found, 1)];
  };

  test('an edge is followed, either way', () => {
    expect(ends('/a', '/a/b')).toEqual([
      { x: 164, y: 50 },
      { x: 400, y: 50 },
    ]);
    expect(ends('/a/b', '/a')).toEqual([
      { x: 400, y: 50 },
      { x: 164, y: 50 },
    ]);
  });

  test('without an edge the way is straight, from border to border', () => {
    const [start, end] = ends('/a/b', '/a/c') ?? [];
    expect(start).toEqual({ x: 400 + NODE_WIDTH / 2, y: NODE_HEIGHT });
    expect(end).toEqual({ x: 400 + NODE_WIDTH / 2, y: 300 });
  });

  test('to oneself it returns; from outside it comes from outside; to nobody there is no way', () => {
    const [start, end] = ends('/a', '/a') ?? [];
    expect(start?.y).toBe(0);
    expect(end?.y).toBe(0);
    expect(ends('', '/a')?.[1]).toEqual({ x: 0, y: 0 });
    expect(ends('/a', '/gone')).toBeUndefined();
  });
});
