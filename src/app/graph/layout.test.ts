/** Both layouts: nobody overlaps, the same input gives the same picture, and the reading direction is right. */
import { describe, expect, test } from 'vitest';
import type { ActorIdentity } from '../stores/actor-store.ts';
import type { Link } from './flow-layers.ts';
import { layOutFlow } from './flow-layout.ts';
import { type GraphLayout, NODE_HEIGHT, NODE_WIDTH } from './layout.ts';
import { layOutTree } from './tree-layout.ts';

function actors(...paths: string[]): ActorIdentity[] {
  return paths.map((path) => {
    const end = path.lastIndexOf('/');
    return { path, name: path.slice(end + 1), behavior: 'Some', parent: end === 0 ? null : path.slice(0, end) };
  });
}

function links(...pairs: string[]): Link[] {
  return pairs.flatMap((pair) => {
    const [from = '', arrow, to = ''] = pair.split(' ');
    const one = { key: `${from}>${to}`, from, to };
    return arrow === '<->' ? [one, { key: `${to}>${from}`, from: to, to: from }] : [one];
  });
}

function overlaps({ nodes }: GraphLayout): string[] {
  const found: string[] = [];
  nodes.forEach((a, index) => {
    for (const b of nodes.slice(index + 1)) {
      if (Math.abs(a.x - b.x) < NODE_WIDTH && Math.abs(a.y - b.y) < NODE_HEIGHT) found.push(`${a.path} ${b.path}`);
    }
  });
  return found;
}

const SHOP = actors(
  '/shop',
  '/shop/load',
  '/shop/gateway',
  '/shop/orders',
  '/shop/payments',
  ...[1, 2, 3, 4].map((number) => `/shop/orders/worker-${number}`),
  '/shop/payments/breaker',
  '/shop/payments/service',
);
const SHOP_LINKS = links(
  '/shop/load <-> /shop/gateway',
  '/shop/gateway -> /shop/orders',
  ...[1, 2, 3, 4].flatMap((number) => [
    `/shop/orders -> /shop/orders/worker-${number}`,
    `/shop/orders/worker-${number} -> /shop/gateway`,
    `/shop/orders/worker-${number} <-> /shop/payments/breaker`,
  ]),
  '/shop/payments/breaker <-> /shop/payments/service',
);
const CROWD = actors('/root', ...Array.from({ length: 499 }, (_, index) => `/root/one-${index}`));

describe('message flow', () => {
  test('requests run from left to right', () => {
    const layout = layOutFlow(SHOP, SHOP_LINKS, 'right');
    const x = (path: string): number => layout.nodes.find((node) => node.path === path)?.x ?? Number.NaN;
    const chain = ['load', 'gateway', 'orders', 'orders/worker-1', 'payments/breaker', 'payments/service'];
    const xs = chain.map((path) => x(`/shop/${path}`));
    expect(xs).toEqual([...xs].sort((a, b) => a - b));
    expect(new Set(xs).size).toBe(chain.length);
  });

  test('a chain that answers along a lane stays on one level', () => {
    const layout = layOutFlow(SHOP, SHOP_LINKS, 'right');
    const y = (path: string): number => layout.nodes.find((node) => node.path === path)?.y ?? Number.NaN;
    expect(Math.abs(y('/shop/gateway') - y('/shop/orders'))).toBeLessThan(10);
  });

  test.each(['right', 'down'] as const)('nobody overlaps (%s)', (direction) => {
    expect(overlaps(layOutFlow(SHOP, SHOP_LINKS, direction))).toEqual([]);
    const star = links(...CROWD.slice(1).map((one) => `/root -> ${one.path}`));
    expect(overlaps(layOutFlow(CROWD, star, direction))).toEqual([]);
    expect(overlaps(layOutFlow(CROWD, [], direction))).toEqual([]);
  });

  test('the order of the input makes no difference to where actors stand', () => {
    const sorted = (layout: GraphLayout) => [...layout.nodes].sort((a, b) => (a.path < b.path ? -1 : 1));
    const reversed = layOutFlow(SHOP.toReversed(), SHOP_LINKS, 'right');
    expect(sorted(reversed)).toEqual(sorted(layOutFlow(SHOP, SHOP_LINKS, 'right')));
  });

  test('every actor is placed, also without messages, and links to strangers are left out', () => {
    const layout = layOutFlow(SHOP, links('/shop/load -> /shop/gone'), 'right');
    expect(layout.nodes).toHaveLength(SHOP.length);
    expect(layout.edges).toEqual([]);
  });
});

describe('supervision tree', () => {
  test('nobody overlaps, in a small tree and in a crowd', () => {
    expect(overlaps(layOutTree(SHOP))).toEqual([]);
    expect(overlaps(layOutTree(CROWD))).toEqual([]);
    expect(overlaps(layOutTree(SHOP, 'down'))).toEqual([]);
    expect(overlaps(layOutTree([...CROWD, ...actors('/root/one-3/child', '/root/one-3/other')]))).toEqual([]);
  });

  test('every child is joined to its parent, which stands above it', () => {
    const layout = layOutTree(SHOP);
    expect(layout.edges).toHaveLength(SHOP.length - 1);
    expect(layOutTree(SHOP, 'down').edges).toHaveLength(SHOP.length - 1);
    const y = (path: string): number => layout.nodes.find((node) => node.path === path)?.y ?? Number.NaN;
    for (const edge of layout.edges) expect(y(edge.to)).toBeGreaterThan(y(edge.from));
  });

  test('children whose parent is not listed are still shown', () => {
    const layout = layOutTree(actors('/a/b', '/a/c'));
    expect(layout.nodes).toHaveLength(2);
    expect(overlaps(layout)).toEqual([]);
  });
});
