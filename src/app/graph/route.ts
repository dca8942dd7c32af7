/**
 * Where a message on its way is: pure geometry over the finished lines of a layout, and a pure function of virtual time.
 * Lines are flattened once into short straight pieces; a place on them is a share of their length.
 */
import type { InFlight } from '../../engine/simulation.ts';
import { type GraphLayout, NODE_HEIGHT, NODE_WIDTH, type PlacedNode } from './layout.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A polyline, with the length up to each of its points. */
export interface Route {
  readonly points: readonly Point[];
  readonly lengths: readonly number[];
}

/** Pieces that a curve is flattened into: enough for a dot to seem to follow it. */
const CURVE_PIECES = 12;
/** How far outside of its receiver a message from nowhere begins, and one to the sender itself turns round. */
const OUTSIDE = 36;

/** The route of SVG path data with absolute M, L, H, V, C and Q, which is all that layouts draw. */
export function parseRoute(line: string): Route {
  const points: Point[] = [];
  for (const [, command = '', written = ''] of line.matchAll(/([MLHVCQ])([^MLHVCQ]*)/g)) {
    const numbers = written.match(/-?\d+(?:\.\d+)?(?:e-?\d+)?/g)?.map(Number) ?? [];
    const from = points.at(-1) ?? { x: 0, y: 0 };
    addPiece(points, command, numbers, from);
  }
  return routeOf(points);
}

function addPiece(points: Point[], command: string, numbers: readonly number[], from: Point): void {
  const [a = 0, b = 0, c = 0, d = 0, x = 0, y = 0] = numbers;
  if (command === 'H') points.push({ x: a, y: from.y });
  else if (command === 'V') points.push({ x: from.x, y: a });
  else if (command === 'C') {
    for (let piece = 1; piece <= CURVE_PIECES; piece++) {
      const t = piece / CURVE_PIECES;
      points.push({ x: cubic(from.x, a, c, x, t), y: cubic(from.y, b, d, y, t) });
    }
  } else if (command === 'Q') {
    // A quadratic curve is a cubic one whose handles lie two thirds of the way to its own.
    for (let piece = 1; piece <= CURVE_PIECES; piece++) {
      const t = piece / CURVE_PIECES;
      points.push({
        x: cubic(from.x, from.x + (2 / 3) * (a - from.x), c + (2 / 3) * (a - c), c, t),
        y: cubic(from.y, from.y + (2 / 3) * (b - from.y), d + (2 / 3) * (b - d), d, t),
      });
    }
  } else points.push({ x: a, y: b });
}

function cubic(p0: number, p1: number, p2: number, p3: number, t: number): number {
  const s = 1 - t;
  return s ** 3 * p0 + 3 * s * s * t * p1 + 3 * s * t * t * p2 + t ** 3 * p3;
}

function routeOf(points: readonly Point[]): Route {
  const lengths: number[] = [];
  let length = 0;
  points.forEach((point, index) => {
    const before = points[index - 1];
    if (before !== undefined) length += Math.hypot(point.x - before.x, point.y - before.y);
    lengths.push(length);
  });
  return { points, lengths };
}

/** The point after that share of the length, from 0 to 1. */
export function pointOn({ points, lengths }: Route, share: number): Point {
  const first = points[0] ?? { x: 0, y: 0 };
  const target = Math.min(1, Math.max(0, share)) * (lengths.at(-1) ?? 0);
  for (let index = 1; index < points.length; index++) {
    const [from, to] = [points[index - 1], points[index]];
    const [start = 0, end = 0] = [lengths[index - 1], lengths[index]];
    if (from === undefined || to === undefined || (end < target && index < points.length - 1)) continue;
    const part = end > start ? (target - start) / (end - start) : 0;
    return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
  }
  return first;
}

/** How much of its way a message has behind it, from 0 to 1. Without a way it is there at once. */
export function shareOfWay({ sentMs, arrivesMs }: Pick<InFlight, 'sentMs' | 'arrivesMs'>, nowMs: number): number {
  const wholeMs = arrivesMs - sentMs;
  return wholeMs > 0 ? Math.min(1, Math.max(0, (nowMs - sentMs) / wholeMs)) : 1;
}

/** Finds routes between actors of one layout, and remembers them. */
export function createRoutes({ nodes, edges }: GraphLayout): (from: string, to: string) => Route | undefined {
  const places = new Map(nodes.map((node) => [node.path, node]));
  const lines = new Map(edges.map(({ from, to, line }) => [pairKey(from, to), line]));
  const known = new Map<string, Route | undefined>();

  function find(from: string, to: string): Route | undefined {
    const receiver = places.get(to);
    if (receiver === undefined) return undefined;
    const sender = places.get(from);
    // From outside, or from somebody who is not in the picture.
    if (sender === undefined)
      return routeOf([{ x: receiver.x - OUTSIDE, y: receiver.y - OUTSIDE / 2 }, cornerOf(receiver)]);
    if (from === to) return loopAbove(sender);
    const line = lines.get(pairKey(from, to));
    if (line !== undefined) return parseRoute(line);
    const back = lines.get(pairKey(to, from));
    return back === undefined ? straight(sender, receiver) : reversed(parseRoute(back));
  }

  return (from, to) => {
    const key = pairKey(from, to);
    if (!known.has(key)) known.set(key, find(from, to));
    return known.get(key);
  };
}

function pairKey(from: string, to: string): string {
  return `${from}>${to}`;
}

function cornerOf({ x, y }: PlacedNode): Point {
  return { x, y };
}

function reversed({ points }: Route): Route {
  return routeOf(points.toReversed());
}

/** To oneself: out of the upper edge and back into it. */
function loopAbove({ x, y }: PlacedNode): Route {
  const left = x + NODE_WIDTH / 3;
  const right = x + (NODE_WIDTH * 2) / 3;
  return parseRoute(`M${left} ${y}C${left} ${y - OUTSIDE} ${right} ${y - OUTSIDE} ${right} ${y}`);
}

/** From border to border on the line between both middles. */
function straight(from: PlacedNode, to: PlacedNode): Route {
  const start = middleOf(from);
  const end = middleOf(to);
  const dx = end.x - start.x;
  const dy = end.y - start.y;
  // The share of the way that lies within a box: it leaves by the nearer of two borders.
  const within = Math.min(
    0.5,
    dx === 0 ? 1 : NODE_WIDTH / 2 / Math.abs(dx),
    dy === 0 ? 1 : NODE_HEIGHT / 2 / Math.abs(dy),
  );
  const at = (share: number): Point => ({ x: start.x + dx * share, y: start.y + dy * share });
  return routeOf([at(within), at(1 - within)]);
}

function middleOf({ x, y }: PlacedNode): Point {
  return { x: x + NODE_WIDTH / 2, y: y + NODE_HEIGHT / 2 };
}
