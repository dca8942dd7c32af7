/** What must hold of a system at rest: when every hindrance has been taken away, and when its root has stopped. */
import { COLUMN, viewOf } from '../actor-table.ts';
import { type Cell, namesOf } from '../cell.ts';
import { keyOf, type Ledger, type NodeState } from './interleaving-ledger.ts';
import type { TestSystem } from './test-system.ts';

const stateOf = (cell: Cell): NodeState | undefined => cell.state as NodeState | undefined;

/** Everybody runs or sleeps, and nothing waits. */
export function checkAtRest(system: TestSystem, ledger: Ledger): void {
  const cells = new Map(system.cells().map((cell) => [keyOf(cell.ref), cell]));
  for (const cell of cells.values()) {
    checkOwn(system, ledger, cell);
    checkChildren(ledger, cells, cell);
    checkNews(ledger, cells, cell);
  }
  const paths = [...cells.values()].map(({ path }) => path);
  if (new Set(paths).size < paths.length) ledger.problem('two actors have one path');
  checkAsks(ledger, cells);
  for (const { body } of system.events) {
    const isExit = body.type === 'stopped' && body.reason === 'normal';
    if (isExit && ledger.permanent.has(body.path)) ledger.problem(`permanent ${body.path} has stopped for good`);
  }
  if (system.heldEarly() > 0) ledger.problem('something waits for an actor that never comes');
}

function checkOwn({ table }: TestSystem, ledger: Ledger, cell: Cell): void {
  const { path } = cell;
  const { status } = viewOf(table, namesOf(cell));
  const depth = table.get(cell.ref.id, COLUMN.depth);
  if (status !== 'running' && status !== 'dormant') ledger.problem(`${path} is ${status} for ever`);
  if ((status === 'running') !== cell.receptive) ledger.problem(`${path} is ${status}, receptive: ${cell.receptive}`);
  if (cell.mailbox.length > 0) ledger.problem(`${path} has ${cell.mailbox.length} messages for ever`);
  if (depth !== cell.mailbox.length) ledger.problem(`${path} seems to have ${depth} messages`);
  // Who sleeps may keep a signal of its last life, which it drops when it wakes.
  const deferred = status === 'dormant' ? 0 : (cell.deferred?.length ?? 0);
  if (cell.signals.length + deferred > 0) ledger.problem(`${path} has signals for ever`);
  if (cell.overflow?.senders !== undefined) ledger.problem(`${path} has waiting senders for ever`);
  if ((cell.asks?.size ?? 0) > 0) ledger.problem(`${path} has an ask for ever`);
  if ((cell.regroups?.size ?? 0) > 0) ledger.problem(`${path} restarts children for ever`);
  if (cell.afterChildren !== undefined) ledger.problem(`${path} waits for its children for ever`);
}

/** A parent and its children know the same. */
function checkChildren(ledger: Ledger, cells: ReadonlyMap<string, Cell>, cell: Cell): void {
  const { path, parent, children, stoppedChildren, childNames } = cell;
  if (parent !== null && !cells.has(keyOf(parent))) ledger.problem(`${path} outlives its parent`);
  const given = new Set<string>();
  for (const child of [...(stoppedChildren?.values() ?? []), ...(children?.values() ?? [])]) {
    if (child.number === 0) given.add(child.name);
  }
  for (const child of children?.values() ?? []) {
    const childPath = `${path}/${child.name}`;
    if (child.phase !== 'up') ledger.problem(`${childPath} is ${child.phase} to its parent`);
    if (child.overrun !== undefined) ledger.problem(`${childPath} is waited for`);
    const own = cells.get(keyOf(child.ref));
    if (own === undefined) ledger.problem(`${childPath} is gone and its parent does not know`);
    else if (own.incarnation !== child.incarnation) {
      ledger.problem(`${childPath} is number ${own.incarnation}, and ${child.incarnation} to its parent`);
    }
  }
  if (given.size !== (childNames?.size ?? 0)) ledger.problem(`${path} has names of nobody`);
}

/** Who watches hears of every end, and whoever is gone is not remembered as a watcher. */
function checkNews(ledger: Ledger, cells: ReadonlyMap<string, Cell>, cell: Cell): void {
  for (const watched of stateOf(cell)?.watching ?? []) {
    if (!cells.has(watched)) ledger.problem(`${cell.path} was not told of an end`);
  }
  for (const watcher of cell.watchers ?? []) {
    if (!cells.has(keyOf(watcher))) ledger.problem(`${cell.path} remembers a watcher that is gone`);
  }
}

/** Whoever still lives the life in which it asked has had one outcome. */
function checkAsks(ledger: Ledger, cells: ReadonlyMap<string, Cell>): void {
  const lives = new Set([...cells.values()].map((cell) => stateOf(cell)?.life));
  for (const { life, mode, path, outcomes } of ledger.asked) {
    if (lives.has(life) && outcomes !== 1) ledger.problem(`an ask of ${path} (${mode}) has ${outcomes} outcomes`);
  }
}

/** Nobody and nothing is left, and each message was handled once or is one dead letter. */
export function checkAtEnd(system: TestSystem, ledger: Ledger): void {
  const left = system.cells().map(({ path }) => path);
  if (left.length > 0) ledger.problem(`left: ${left.join(', ')}`);
  if (system.kernels.some(({ living }) => living !== 0)) ledger.problem('somebody is still counted');
  if (system.nextDueMs() !== Number.POSITIVE_INFINITY) ledger.problem('a deadline is left');
  const times = new Array<number>(ledger.sent).fill(0);
  for (const n of ledger.ends) times[n] = (times[n] ?? 0) + 1;
  for (const [n, count] of times.entries()) if (count !== 1) ledger.problem(`message ${n} ended ${count} times`);
}
