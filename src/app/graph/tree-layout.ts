/**
 * The supervision tree: parents above children. Small trees are drawn tidily (Reingold and Tilford, by d3-hierarchy);
 * where a supervisor has a crowd of leaves they stand in a block below it, so that hundreds still fit on a screen.
 */
import { type HierarchyNode, hierarchy, tree } from 'd3';
import type { ActorIdentity } from '../stores/actor-store.ts';
import {
  type Direction,
  type GraphLayout,
  inNaturalOrder,
  NODE_HEIGHT,
  NODE_WIDTH,
  type PlacedEdge,
  type PlacedNode,
} from './layout.ts';

const GAP_X = 24;
const GAP_Y = 64;
const ROW_GAP = 24;
const CORNER = 8;
/** How far a child stands to the right of its parent in an indented tree. */
const INDENT = 44;
/** More leaves than this below one parent become a block. */
const LEAVES_IN_ROW_MAX = 8;

interface Branch {
  readonly path: string;
  readonly children: Branch[];
}

interface Box {
  readonly width: number;
  readonly height: number;
}

/** @param direction `down` for narrow places: one actor a line, children indented. */
export function layOutTree(actors: readonly ActorIdentity[], direction: Direction = 'right'): GraphLayout {
  const roots = grow(actors);
  if (direction === 'down') return layOutIndented(roots);
  const nodes: PlacedNode[] = [];
  const crowded = roots.some((root) => hasCrowd(root));
  let left = 0;
  for (const root of roots) {
    const box = crowded ? placeBoxed(root, left, 0, nodes) : placeTidily(root, left, nodes);
    left += box.width + GAP_X;
  }
  const at = new Map(nodes.map((node) => [node.path, node]));
  const edges: PlacedEdge[] = [];
  for (const { path, parent } of actors) {
    const from = parent === null ? undefined : at.get(parent);
    const to = at.get(path);
    if (from !== undefined && to !== undefined) edges.push(drawBranch(from, to));
  }
  return { nodes, edges };
}

function grow(actors: readonly ActorIdentity[]): readonly Branch[] {
  const branches = new Map<string, Branch>();
  const roots: Branch[] = [];
  for (const { path, parent } of inNaturalOrder(actors)) {
    const branch: Branch = { path, children: [] };
    branches.set(path, branch);
    const above = parent === null ? undefined : branches.get(parent);
    // An actor whose parent is not listed stands as a root of its own.
    if (above === undefined) roots.push(branch);
    else above.children.push(branch);
  }
  return roots;
}

function layOutIndented(roots: readonly Branch[]): GraphLayout {
  const nodes: PlacedNode[] = [];
  const edges: PlacedEdge[] = [];
  const visit = (branch: Branch, depth: number, above: PlacedNode | undefined): void => {
    const node = { path: branch.path, x: depth * INDENT, y: nodes.length * (NODE_HEIGHT + 14) };
    nodes.push(node);
    if (above !== undefined) {
      const x = above.x + INDENT / 2;
      const y = node.y + NODE_HEIGHT / 2;
      const line = `M${x} ${above.y + NODE_HEIGHT}V${y - CORNER}Q${x} ${y} ${x + CORNER} ${y}H${node.x}`;
      edges.push({ key: `${above.path}/>${node.path}`, from: above.path, to: node.path, line, labelX: x, labelY: y });
    }
    for (const child of branch.children) visit(child, depth + 1, node);
  };
  for (const root of roots) visit(root, 0, undefined);
  return { nodes, edges };
}

function hasCrowd(branch: Branch): boolean {
  const leaves = branch.children.filter((child) => child.children.length === 0).length;
  return leaves > LEAVES_IN_ROW_MAX || branch.children.some(hasCrowd);
}

function placeTidily(root: Branch, left: number, nodes: PlacedNode[]): Box {
  const drawn = tree<Branch>()
    .nodeSize([NODE_WIDTH + GAP_X, NODE_HEIGHT + GAP_Y])
    .separation(() => 1)(hierarchy(root));
  const all: HierarchyNode<Branch>[] = drawn.descendants();
  const xs = all.map((node) => node.x ?? 0);
  const leftmost = Math.min(...xs);
  for (const node of all) {
    nodes.push({ path: node.data.path, x: Math.round(left + (node.x ?? 0) - leftmost), y: node.y ?? 0 });
  }
  const depth = Math.max(...all.map((node) => node.depth));
  return { width: Math.max(...xs) - leftmost + NODE_WIDTH, height: depth * (NODE_HEIGHT + GAP_Y) + NODE_HEIGHT };
}

/** Children side by side in boxes that do not overlap; leaves of one parent together in a block. */
function placeBoxed(branch: Branch, left: number, top: number, nodes: PlacedNode[]): Box {
  const own: Box = { width: NODE_WIDTH, height: NODE_HEIGHT };
  if (branch.children.length === 0) {
    nodes.push({ path: branch.path, x: left, y: top });
    return own;
  }
  const below = top + NODE_HEIGHT + GAP_Y;
  let right = left;
  let bottom = below;
  for (const child of branch.children.filter((one) => one.children.length > 0)) {
    const box = placeBoxed(child, right, below, nodes);
    right += box.width + GAP_X;
    bottom = Math.max(bottom, below + box.height);
  }
  const leaves = branch.children.filter((one) => one.children.length === 0);
  const columns = leaves.length <= LEAVES_IN_ROW_MAX ? leaves.length : Math.ceil(Math.sqrt(leaves.length * 1.2));
  leaves.forEach((leaf, index) => {
    const y = below + Math.floor(index / columns) * (NODE_HEIGHT + ROW_GAP);
    nodes.push({ path: leaf.path, x: right + (index % columns) * (NODE_WIDTH + GAP_X), y });
    bottom = Math.max(bottom, y + NODE_HEIGHT);
  });
  right += columns * (NODE_WIDTH + GAP_X);
  const width = Math.max(NODE_WIDTH, right - GAP_X - left);
  nodes.push({ path: branch.path, x: Math.round(left + (width - NODE_WIDTH) / 2), y: top });
  return { width, height: bottom - top };
}

/** Down, across, down, with rounded corners; into the left side where another actor stands in between. */
function drawBranch(from: PlacedNode, to: PlacedNode): PlacedEdge {
  const startX = from.x + NODE_WIDTH / 2;
  const startY = from.y + NODE_HEIGHT;
  const busY = startY + GAP_Y / 2;
  const beneath = to.y > startY + GAP_Y + 1;
  const endX = beneath ? to.x - GAP_X / 2 : to.x + NODE_WIDTH / 2;
  const endY = beneath ? to.y + NODE_HEIGHT / 2 : to.y;
  const turn = Math.sign(endX - startX);
  const radius = Math.min(CORNER, Math.abs(endX - startX) / 2);
  let line = `M${startX} ${startY}`;
  if (turn === 0) line += `V${endY}`;
  else {
    line += `V${busY - radius}Q${startX} ${busY} ${startX + turn * radius} ${busY}`;
    line += `H${endX - turn * radius}Q${endX} ${busY} ${endX} ${busY + radius}V${endY}`;
  }
  if (beneath) line += `H${to.x}`;
  return { key: `${from.path}/>${to.path}`, from: from.path, to: to.path, line, labelX: endX, labelY: busY };
}
