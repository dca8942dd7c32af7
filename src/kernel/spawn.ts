/** Spawning: an address is claimed here and now, the actor starts on whichever worker it was placed. */
import { FIELD } from './actor-table.ts';
import type { Cell } from './cell.ts';
import { plainDataMismatch } from './check.ts';
import { Child, type ChildOptions, numberedName } from './child.ts';
import type { Placement, SpawnOptions } from './context.ts';
import { checkOneOf, checkRules } from './definition.ts';
import { checkNumber, PlayhouseError } from './errors.ts';
import type { Kernel } from './kernel.ts';
import { LIMITS } from './limits.ts';
import type { Ref } from './ref.ts';
import type { BehaviorEntry } from './registry.ts';
import type { SpawnRequest } from './signal.ts';
import { childStopped } from './stop-children.ts';

/** A name as the kernel makes them. */
const NUMBERED = /-([1-9]\d*)$/;

const NAME = /^[A-Za-z0-9_.-]+$/;

const DEFAULTS: ChildOptions = {
  placement: 'parent',
  restart: 'transient',
  isKept: false,
  shutdownMs: LIMITS.shutdownMsDefault,
  onFailure: {},
  lazy: false,
};

/** By placement, for children without other options: there may be a million of them. */
const PLACED: Readonly<Record<string, ChildOptions>> = {
  parent: DEFAULTS,
  'round-robin': { ...DEFAULTS, placement: 'round-robin' },
  'least-loaded': { ...DEFAULTS, placement: 'least-loaded' },
};

/** The root actor, on this worker. */
export function spawnRoot(kernel: Kernel, behavior: string, name: string, args: unknown): Ref {
  const entry = entryOf(kernel, behavior);
  checkArgs(entry, args);
  const request = requestFor(kernel, `/${checkedName(name)}`, 0, entry, args, DEFAULTS, null, kernel.host.worker);
  kernel.receiveSpawn(request);
  return request.ref;
}

export function spawnChild<A>(kernel: Kernel, parent: Cell, behavior: string, options: SpawnOptions<A>): Ref {
  if (parent.isLeaving) {
    throw new PlayhouseError('not-started', `${parent.path} ends: a child would have nobody above it.`, 'behavior');
  }
  const entry = entryOf(kernel, behavior);
  const name = options.name === undefined ? freeNumber(parent, entry) : checkedName(options.name);
  if (typeof name === 'string' && isTaken(parent, name)) {
    const has = parent.stoppedChildren?.has(name) ? 'keeps the spec of a stopped child' : 'already has a child';
    throw new PlayhouseError('duplicate-name', `${parent.path} ${has} "${name}".`, 'name');
  }
  checkArgs(entry, options.args);
  return startChild(kernel, parent, name, entry, options.args, childOptions(entry, name, options));
}

/** A child that has stopped, from its kept spec. @throws PlayhouseError `actor-not-found`, `already-started` */
export function restartStopped(kernel: Kernel, parent: Cell, name: string): Ref {
  const { entry, args, options } = stoppedChild(parent, name);
  const ref = startChild(kernel, parent, name, entry, args, options);
  parent.stoppedChildren?.delete(name);
  return ref;
}

/** @throws PlayhouseError `actor-not-found`, `already-started` */
export function deleteStopped(parent: Cell, name: string): void {
  stoppedChild(parent, name);
  parent.stoppedChildren?.delete(name);
  parent.childNames?.delete(name);
}

function stoppedChild(parent: Cell, name: string): Child {
  const child = parent.stoppedChildren?.get(name);
  if (child !== undefined) return child;
  if (isTaken(parent, name)) {
    throw new PlayhouseError('already-started', `${parent.path}/${name} is running.`, 'name');
  }
  throw new PlayhouseError('actor-not-found', `${parent.path} keeps no stopped child "${name}".`, 'name');
}

function startChild(
  kernel: Kernel,
  parent: Cell,
  name: string | number,
  entry: BehaviorEntry,
  args: unknown,
  options: ChildOptions,
): Ref {
  const worker = workerFor(kernel, options.placement);
  const isHere = worker === kernel.host.worker;
  const number = isHere && typeof name === 'number' ? name : 0;
  const path = number === 0 ? `${parent.path}/${nameOf(entry, name)}` : kernel.stems.of(parent, entry);
  const request = requestFor(kernel, path, number, entry, args, options, parent.ref, worker);
  if (isHere) kernel.receiveSpawn(request);
  else sendSpawn(kernel, worker, request);
  parent.children ??= new Map();
  if (typeof name === 'string') {
    parent.childNames ??= new Set();
    parent.childNames.add(name);
  }
  // Somebody who had that row before: the news that it has stopped is still on its way.
  const gone = parent.children.get(request.ref.id);
  if (gone !== undefined) childStopped(kernel, parent, { type: 'child-stopped', child: gone.ref, reason: 'normal' });
  const startedMs = parent.entry.definition.supervision.backoff === undefined ? 0 : kernel.host.now();
  parent.children.set(request.ref.id, new Child(request.ref, name, entry, args, options, startedMs));
  return request.ref;
}

function checkArgs(entry: BehaviorEntry, args: unknown): void {
  const wrong = plainDataMismatch(args);
  if (wrong === undefined) return;
  const text = `Arguments of ${entry.name}: field "${wrong.field}" must be ${wrong.expected}, not ${wrong.found}.`;
  throw new PlayhouseError('invalid-configuration', text, `args.${wrong.field}`);
}

/** @throws PlayhouseError `invalid-configuration`, naming the option */
function childOptions(entry: BehaviorEntry, givenName: string | number, options: SpawnOptions<unknown>): ChildOptions {
  const { placement, restart, shutdownMs, onFailure, lazy } = options;
  const isPlain = restart === undefined && shutdownMs === undefined && onFailure === undefined && lazy === undefined;
  if (isPlain) return placement === undefined ? DEFAULTS : (PLACED[placement] ?? { ...DEFAULTS, placement });
  const name = nameOf(entry, givenName);
  if (restart !== undefined) checkOneOf(name, 'restart', restart, ['permanent', 'transient', 'temporary']);
  if (shutdownMs !== undefined) checkNumber('shutdownMs', shutdownMs, 0, LIMITS.delayMsMax, name);
  if (onFailure !== undefined) checkRules(name, 'onFailure', onFailure);
  return {
    placement: placement ?? DEFAULTS.placement,
    restart: restart ?? DEFAULTS.restart,
    isKept: restart === 'permanent' || restart === 'transient',
    shutdownMs: shutdownMs ?? DEFAULTS.shutdownMs,
    onFailure: onFailure ?? DEFAULTS.onFailure,
    lazy: lazy ?? DEFAULTS.lazy,
  };
}

function sendSpawn(kernel: Kernel, worker: number, request: SpawnRequest): void {
  try {
    kernel.host.sendSpawn(worker, request);
  } catch (thrown) {
    // Arguments too large to travel: the row must not stay behind as an actor that never starts.
    kernel.ids.release(request.ref.id);
    throw thrown;
  }
}

function requestFor(
  kernel: Kernel,
  path: string,
  number: number,
  entry: BehaviorEntry,
  args: unknown,
  { placement, restart, lazy }: ChildOptions,
  parent: Ref | null,
  worker: number,
): SpawnRequest {
  const id = kernel.ids.claim();
  const generation = kernel.host.table.claim(id, worker, entry.index, parent === null ? -1 : parent.id);
  if (typeof placement === 'number') kernel.host.table.setField(id, FIELD.pinned, 1);
  const ref: Ref = { node: 0, id, generation, ask: 0, protocol: entry.protocol.index };
  return { ref, behavior: entry.index, path, number, args, parent, restart, lazy };
}

function entryOf(kernel: Kernel, behavior: string): BehaviorEntry {
  const entry = kernel.registry.find(behavior);
  if (entry !== undefined) return entry;
  throw new PlayhouseError('unknown-behavior', `No behavior "${behavior}" in this scenario.`, 'behavior');
}

function workerFor(kernel: Kernel, placement: Placement): number {
  const { worker, workers } = kernel.host;
  if (placement === 'parent') return worker;
  if (placement === 'round-robin') return kernel.nextPlacement++ % workers;
  if (placement === 'least-loaded') return kernel.leastLoaded.choose();
  if (typeof placement === 'number') {
    if (Number.isInteger(placement) && placement >= 0) return placement % workers;
    throw new PlayhouseError('invalid-configuration', `Placement ${placement} is not a worker number.`, 'placement');
  }
  const known = '"parent", "round-robin", "least-loaded" or the number of a worker';
  const text = `Placement "${String(placement)}" is not known; use ${known}.`;
  throw new PlayhouseError('invalid-configuration', text, 'placement');
}

function checkedName(name: string): string {
  if (NAME.test(name) && name.length <= LIMITS.nameLengthMax) return name;
  throw new PlayhouseError(
    'invalid-configuration',
    `"${name}" is not a name: use up to ${LIMITS.nameLengthMax} letters, digits, "-", "_" and ".".`,
    'name',
  );
}

/** The next number of a child without a name. Somebody may have been given such a name before. */
function freeNumber(parent: Cell, entry: BehaviorEntry): number {
  for (;;) {
    const number = ++parent.nameCount;
    const isFree = parent.childNames === undefined || !parent.childNames.has(numberedName(entry, number));
    if (isFree) return number;
  }
}

function nameOf(entry: BehaviorEntry, name: string | number): string {
  return typeof name === 'string' ? name : numberedName(entry, name);
}

function isTaken(parent: Cell, name: string): boolean {
  if (parent.childNames?.has(name) === true || parent.stoppedChildren?.has(name) === true) return true;
  // Names with the kernel's own numbers are in no set: whoever is given one is compared with all of them.
  const number = Number(NUMBERED.exec(name)?.[1] ?? 0);
  if (number === 0 || number > parent.nameCount) return false;
  for (const child of parent.children?.values() ?? []) if (child.number === number && child.name === name) return true;
  return false;
}

/** The paths of children without names up to their numbers: the latest one is kept, because siblings often start together. */
export class Stems {
  private parent: Ref | undefined;
  private entry: BehaviorEntry | undefined;
  private stem = '';

  of(parent: Cell, entry: BehaviorEntry): string {
    if (parent.ref !== this.parent || entry !== this.entry) {
      this.parent = parent.ref;
      this.entry = entry;
      this.stem = `${parent.path}/${entry.stem}-`;
    }
    return this.stem;
  }
}
