/**
 * Assertions for bugs in Playhouse itself. They stay on in every build: a broken invariant must stop at once,
 * close to its cause. Failures of user code and operating errors never come through here.
 */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Playhouse bug: ${message}`);
}

/** The `default` of every switch over a closed union: a new member then fails to compile until it is handled. */
export function unreachable(value: never, what = 'value'): never {
  throw new Error(`Playhouse bug: unexpected ${what} ${JSON.stringify(value)}`);
}
