/**
 * Code made at run time, for the few inner loops where a closure a field costs more than the work itself. A page whose
 * security policy forbids it gets `undefined`, and the caller goes on with its plain version: generated code is only ever
 * a faster way to the same result.
 */

/**
 * @param captured values that the code refers to, by name
 * @param code an expression, typically a function; whatever goes into it from outside must be quoted with `quote`
 */
export function compile<T>(captured: Readonly<Record<string, unknown>>, code: string): T | undefined {
  try {
    return new Function(...Object.keys(captured), `'use strict'; return ${code};`)(...Object.values(captured)) as T;
  } catch (thrown) {
    if (thrown instanceof EvalError) return undefined;
    throw thrown;
  }
}

/** A text as a literal in code. */
export function quote(text: string): string {
  return JSON.stringify(text);
}
