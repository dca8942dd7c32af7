/** Cases with puppets: what they have in common, and what they ask. */
import type { Plan, PuppetState } from '../kernel/testdata/puppet.ts';
import { Top } from '../kernel/testdata/puppet.ts';
import { PUPPETS } from '../kernel/testdata/puppets.ts';
import type { Case, Driver } from './case.ts';

/** What every case with puppets has in common. */
export function puppetCase(
  id: string,
  title: string,
  plans: readonly Plan[],
  run: (driver: Driver) => Promise<void>,
): Case {
  return {
    id,
    title,
    behaviors: PUPPETS,
    root: Top,
    args: { plans },
    run,
  };
}

export async function notes(driver: Driver): Promise<readonly string[]> {
  return (await driver.state<{ readonly notes: readonly string[] }>('/root/log')).notes;
}

/** Restarts of an actor so far; −1 when it is gone. */
export async function restartsOf(driver: Driver, path: string): Promise<number> {
  return (await driver.actor(path))?.restarts ?? -1;
}

export const isGone = async (driver: Driver, path: string): Promise<boolean> =>
  (await driver.actor(path)) === undefined;

export const isRunning = async (driver: Driver, path: string): Promise<boolean> =>
  (await driver.actor(path))?.status === 'running';

export const fail = (driver: Driver, path: string, errorKind = 'Oops'): Promise<void> =>
  driver.send(path, { kind: 'Throw', errorKind });

export const puppetState = (driver: Driver, path: string): Promise<PuppetState> => driver.state<PuppetState>(path);
