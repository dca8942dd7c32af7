/** A client, a breaker and a target: what the circuit breaker cases are made of, and what they wait for. */
import { type CircuitBreakerOptions, circuitBreaker } from '../patterns/guards/circuit-breaker.ts';
import { type Case, type Driver, events } from './case.ts';
import { client, Target, TargetProtocol } from './guard-cast.ts';

export const BREAKER = '/root/breaker';

type Options = Omit<CircuitBreakerOptions<typeof TargetProtocol>, 'protocol'>;

/** A case with a client, a breaker and a target. */
export function breakerCase(one: Pick<Case, 'id' | 'title' | 'virtualOnly' | 'run'> & { options: Options }): Case {
  const { options, ...rest } = one;
  const breaker = circuitBreaker('Breaker', { protocol: TargetProtocol, ...options });
  const root = client([breaker]);
  return { ...rest, behaviors: [root, breaker, Target], root };
}

export async function phases(driver: Driver): Promise<readonly string[]> {
  return (await events(driver, 'breaker', BREAKER)).map(({ from, to }) => `${from} → ${to}`);
}

export async function untilPhase(driver: Driver, phase: string): Promise<void> {
  await driver.until(`the breaker is ${phase}`, async () => (await driver.actor(BREAKER))?.breaker === phase);
}

/** A reset time that is short enough to wait for; the open phase may be over before anybody looks. */
export const RESET_MS = 40;

/** Waits for so many transitions in all; phases in between may be too short to be seen. */
export async function untilTransitions(driver: Driver, count: number): Promise<void> {
  await driver.until(`${count} transitions`, async () => (await phases(driver)).length >= count);
}
