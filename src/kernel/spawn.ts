/** Spawning: an address is claimed here and now, the actor starts on whichever worker it was placed. */
import { unreachable } from '../base/assert.ts';
import type { Cell } from './cell.ts';
import { plainDataMismatch } from './check.ts';
import type { Placement, SpawnOptions } from './context.ts';
import { PlayhouseError } from './errors.ts';
import type { Kernel } from './kernel.ts';
import { LIMITS } from './limits.ts';
import type { Ref } from './ref.ts';
import type { BehaviorEntry } from './registry.ts';
import type { SpawnRequest } from './signal.ts';

const NAME = /^[A-Za-z0-9_.-]+$/;

/** The root actor, on this worker. */
export function spawnRoot(kernel: Kernel, behavior: string, name: string, args: unknown): Ref {
  const request = requestFor(
    kernel,
    entryOf(kernel, behavior),
    `/${checkedName(name)}`,
    args,
    null,
    kernel.host.worker,
  );
  kernel.receiveSpawn(request);
  return request.ref;
}

export function spawnChild<A>(kernel: Kernel, parent: Cell, behavior: string, options: SpawnOptions<A>): Ref {
  const entry = entryOf(kernel, behavior);
  const name = options.name === undefined ? freeName(parent, behavior) : checkedName(options.name);
  parent.childNames ??= new Set();
  if (parent.childNames.has(name)) {
    throw new PlayhouseError('duplicate-name', `${parent.path} already has a child "${name}".`, 'name');
  }
  const worker = workerFor(kernel, options.placement ?? 'parent');
  const wrong = plainDataMismatch(options.args);
  if (wrong !== undefined) {
    const text = `Arguments of ${entry.name}: field "${wrong.field}" must be ${wrong.expected}, not ${wrong.found}.`;
    throw new PlayhouseError('invalid-configuration', text, `args.${wrong.field}`);
  }
  const request = requestFor(kernel, entry, `${parent.path}/${name}`, options.args, parent.ref, worker);
  if (worker === kernel.host.worker) kernel.receiveSpawn(request);
  else sendSpawn(kernel, worker, request);
  parent.children ??= new Map();
  parent.children.set(request.ref.id, { ref: request.ref, name });
  parent.childNames.add(name);
  return request.ref;
}

function sendSpawn(kernel: Kernel, worker: number, request: SpawnRequest): void {
  try {
    kernel.host.sendSpawn(worker, request);
  } catch (thrown) {
    // Arguments too large to travel: the row must not stay behind as an actor that never starts.
    kernel.releaseId(request.ref.id);
    throw thrown;
  }
}

function requestFor(
  kernel: Kernel,
  entry: BehaviorEntry,
  path: string,
  args: unknown,
  parent: Ref | null,
  worker: number,
): SpawnRequest {
  const id = kernel.claimId();
  const generation = kernel.host.table.claim(id, worker, entry.index);
  const ref: Ref = { node: 0, id, generation, ask: 0, protocol: entry.protocol.index };
  return { ref, behavior: entry.index, path, args, parent };
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
