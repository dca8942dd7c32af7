/** Runs one task of a memory check and reports the verdict. */
import { type CheckTask, type CheckVerdict, check } from './check.ts';
import { PAIR_CHECKS, PROPERTY_CHECKS } from './checks.ts';

self.onmessage = ({ data: task }: MessageEvent<CheckTask>) => {
  let verdict: CheckVerdict = { passed: true };
  try {
    perform(task);
  } catch (thrown) {
    verdict = { passed: false, cause: causeOf(thrown) };
  }
  self.postMessage(verdict);
};

/** fast-check says in its message what failed and what brings it back; its stack repeats that many times. */
function causeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const { cause } = thrown;
  return cause instanceof Error ? `${thrown.message}\n${cause.stack}` : (thrown.stack ?? thrown.message);
}

function perform({ name, role, options, memory }: CheckTask): void {
  if (role === 'alone') {
    const property = PROPERTY_CHECKS[name];
    check(property !== undefined, () => `no property ${name}`);
    property(options);
  } else {
    const pair = PAIR_CHECKS[name];
    check(pair !== undefined, () => `no pair check ${name}`);
    pair[role](memory, options);
  }
}
