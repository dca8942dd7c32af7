/** Spawning: an address is claimed here and now, the actor starts on whichever worker it was placed. */
import { unreachable } from '../base/assert.ts';
import type { FailureRules } from './behavior.ts';
import type { Cell } from './cell.ts';
import { plainDataMismatch } from './check.ts';
import type { Child, ChildSpec } from './child.ts';
import type { Placement, SpawnOptions } from './context.ts';
import { checkOneOf, checkRules } from './definition.ts';
import { checkNumber, PlayhouseError } from './errors.ts';
import type { Kernel } from './kernel.ts';
import { LIMITS } from './limits.ts';
import type { Ref } from './ref.ts';
import type { BehaviorEntry } from './registry.ts';
import type { SpawnRequest } from './signal.ts';

const NAME = /^[A-Za-z0-9_.-]+$/;

/** The root actor, on this worker. */
export function spawnRoot(kernel: Kernel, behavior: string, name: string, args: unknown): Ref {
  const spec = specFor(kernel, behavior, checkedName(name), args, {});
  const request = requestFor(kernel, spec, '', null, kernel.host.worker);
  kernel.receiveSpawn(request);
  return request.ref;
}

export function spawnChild<A>(kernel: Kernel, parent: Cell, behavior: string, options: SpawnOptions<A>): Ref {
  const name = options.name === undefined ? freeName(parent, behavior) : checkedName(options.name);
  if (parent.childNames?.has(name)) {
    throw new PlayhouseError('duplicate-name', `${parent.path} already has a child "${name}".`, 'name');
  }
  return startChild(kernel, parent, specFor(kernel, behavior, name, options.args, options));
}

/** A child that has stopped, from its kept spec. @throws PlayhouseError `actor-not-found`, `already-started` */
export function restartStopped(kernel: Kernel, parent: Cell, name: string): Ref {
  const ref = startChild(kernel, parent, stoppedChild(parent, name).spec);
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
  if (parent.childNames?.has(name)) {
    throw new PlayhouseError('already-started', `${parent.path}/${name} is running.`, 'name');
  }
  throw new PlayhouseError('actor-not-found', `${parent.path} keeps no stopped child "${name}".`, 'name');
}

function startChild(kernel: Kernel, parent: Cell, spec: ChildSpec): Ref {
  const worker = workerFor(kernel, spec.placement);
  const request = requestFor(kernel, spec, parent.path, parent.ref, worker);
  if (worker === kernel.host.worker) kernel.receiveSpawn(request);
  else sendSpawn(kernel, worker, request);
  parent.children ??= new Map();
  parent.childNames ??= new Set();
  parent.childNames.add(spec.name);
  parent.children.set(request.ref.id, {
    ref: request.ref,
    spec,
    phase: 'up',
    incarnation: 1,
    window: { startMs: 0, count: 0 },
    failures: 0,
    startedMs: kernel.host.now(),
    overrun: undefined,
    regroup: undefined,
  });
  return request.ref;
}

function specFor(
  kernel: Kernel,
  behavior: string,
  name: string,
  args: unknown,
  options: SpawnOptions<unknown>,
): ChildSpec {
  const entry = entryOf(kernel, behavior);
  const { placement = 'parent', restart = 'transient', onFailure = NO_RULES, lazy = false } = options;
  const { shutdownMs = LIMITS.shutdownMsDefault } = options;
  const wrong = plainDataMismatch(args);
  if (wrong !== undefined) {
    const text = `Arguments of ${entry.name}: field "${wrong.field}" must be ${wrong.expected}, not ${wrong.found}.`;
    throw new PlayhouseError('invalid-configuration', text, `args.${wrong.field}`);
  }
  checkOneOf(name, 'restart', restart, ['permanent', 'transient', 'temporary']);
  checkNumber('shutdownMs', shutdownMs, 0, LIMITS.delayMsMax, name);
  checkRules(name, 'onFailure', onFailure);
  const isKept = options.restart === 'permanent' || options.restart === 'transient';
  return { name, entry, args, placement, restart, isKept, shutdownMs, onFailure, lazy };
}

const NO_RULES: FailureRules = {};

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
  { name, entry, args, restart, lazy }: ChildSpec,
  parentPath: string,
  parent: Ref | null,
  worker: number,
): SpawnRequest {
  const id = kernel.ids.claim();
  const generation = kernel.host.table.claim(id, worker, entry.index);
  const ref: Ref = { node: 0, id, generation, ask: 0, protocol: entry.protocol.index };
  return { ref, behavior: entry.index, path: `${parentPath}/${name}`, args, parent, restart, lazy };
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
  if (typeof placement === 'number') {
    if (Number.isInteger(placement) && placement >= 0) return placement % workers;
    throw new PlayhouseError('invalid-configuration', `Placement ${placement} is not a worker number.`, 'placement');
  }
  return unreachable(placement, 'placement');
}

function checkedName(name: string): string {
  if (NAME.test(name) && name.length <= LIMITS.nameLengthMax) return name;
  throw new PlayhouseError(
    'invalid-configuration',
    `"${name}" is not a name: use up to ${LIMITS.nameLengthMax} letters, digits, "-", "_" and ".".`,
    'name',
  );
}

function freeName(parent: Cell, behavior: string): string {
  for (;;) {
    const name = `${behavior.toLowerCase()}-${++parent.nameCount}`;
    if (!parent.childNames?.has(name)) return name;
  }
}
