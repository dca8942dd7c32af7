/**
 * The phases of a coordinated shutdown: a graph, put into an order. A phase runs when all phases that it comes `after` have
 * ended. Pure: what runs in a phase is coordinated-shutdown.ts.
 */
import { checkNumber, checkWhole, PlayhouseError } from '../../kernel/errors.ts';

/** One phase: what it comes after, how long it may take, and whether the next one runs when it failed. */
export interface ShutdownPhase {
  readonly name: string;
  /** Names of phases that end before this one begins. */
  readonly after?: readonly string[];
  /** How long its tasks may take, all together; default 5,000 ms (Pekko's). */
  readonly timeoutMs?: number;
  /** Whether the shutdown goes on when a task fails or takes too long; default true. */
  readonly recover?: boolean;
}

/** A phase with its defaults, in its place. */
export interface OrderedPhase {
  readonly name: string;
  readonly timeoutMs: number;
  readonly recover: boolean;
}

/** In the spirit of Pekko's phases, for a system without a network: each comes after the one before it. */
export const SHUTDOWN_PHASES = [
  /** Say that the end is near: to people, to load balancers. */
  { name: 'announce' },
  /** Take nothing new. */
  { name: 'close-doors', after: ['announce'] },
  /** Finish what is under way. */
  { name: 'finish-work', after: ['close-doors'] },
  /** End the services that the work needed. */
  { name: 'end-services', after: ['finish-work'] },
  /** Store what must be kept. */
  { name: 'save-state', after: ['end-services'] },
  /** Say goodbye: release what is held, write the last lines. */
  { name: 'goodbye', after: ['save-state'] },
] as const satisfies readonly ShutdownPhase[];

export const SHUTDOWN_LIMITS = { phases: 100, timeoutMsDefault: 5_000, timeoutMsMax: 2 ** 31 } as const;

/**
 * Phases in an order in which each comes after all that it names; among those that could be next, in the order given.
 * @param owner whose phases they are, for the text
 * @throws PlayhouseError `invalid-configuration`, naming the field (`phases[2].after[0]`), for a cycle, an unknown phase, a
 * duplicate, an empty name, or a time-out that makes no sense
 */
export function orderPhases(phases: readonly ShutdownPhase[], owner: string): readonly OrderedPhase[] {
  checkWhole('phases.length', phases.length, 1, SHUTDOWN_LIMITS.phases, owner);
  const places = new Map<string, number>();
  for (const [index, { name, timeoutMs = 0 }] of phases.entries()) {
    if (name === '') refuse(owner, `phases[${index}].name`, 'must not be empty');
    if (places.has(name)) refuse(owner, `phases[${index}].name`, `"${name}" is there already`);
    checkNumber(`phases[${index}].timeoutMs`, timeoutMs, 0, SHUTDOWN_LIMITS.timeoutMsMax, owner);
    places.set(name, index);
  }
  for (const [index, { after = [] }] of phases.entries()) {
    for (const [place, name] of after.entries()) {
      if (!places.has(name)) refuse(owner, `phases[${index}].after[${place}]`, `"${name}" is no phase`);
    }
  }
  const ordered: ShutdownPhase[] = [];
  const done = new Set<string>();
  while (ordered.length < phases.length) {
    const next = phases.find(({ name, after = [] }) => !done.has(name) && after.every((one) => done.has(one)));
    if (next === undefined) return refuseCycle(phases, done, places, owner);
    done.add(next.name);
    ordered.push(next);
  }
  return ordered.map(({ name, timeoutMs = SHUTDOWN_LIMITS.timeoutMsDefault, recover = true }) => ({
    name,
    timeoutMs,
    recover,
  }));
}

/** Every phase left waits for another one left, so walking from any of them comes round in the end. */
function refuseCycle(
  phases: readonly ShutdownPhase[],
  done: ReadonlySet<string>,
  places: ReadonlyMap<string, number>,
  owner: string,
): never {
  const waitsFor = (name: string): number =>
    phases[places.get(name) ?? 0]?.after?.findIndex((one) => !done.has(one)) ?? 0;
  const chain: string[] = [];
  let name = phases.find((phase) => !done.has(phase.name))?.name ?? '';
  while (!chain.includes(name)) {
    chain.push(name);
    name = phases[places.get(name) ?? 0]?.after?.[waitsFor(name)] ?? '';
  }
  const cycle = [...chain.slice(chain.indexOf(name)), name].join(' → ');
  return refuse(owner, `phases[${places.get(name)}].after[${waitsFor(name)}]`, `closes a cycle: ${cycle}`);
}

function refuse(owner: string, field: string, what: string): never {
  throw new PlayhouseError('invalid-configuration', `${owner}: ${field} ${what}.`, field);
}
