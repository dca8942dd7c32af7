/** What the workers of both engines share: how they find their scenario, and how they answer a control call. */
import { err, ok, type Result } from '../../base/result.ts';
import { type ErrorReport, PlayhouseError, reportOf } from '../../kernel/errors.ts';
import type { Scenario } from '../../kernel/scenario.ts';

/** From the catalog, or as a module made at run time. */
export type ScenarioResolver = (id: string) => Promise<Scenario>;

/** What a call gives or throws; errors as plain reports, because comlink loses their codes and fields. Never rejects. */
export async function answering<T>(call: () => T | Promise<T>): Promise<Result<T, ErrorReport>> {
  try {
    return ok(await call());
  } catch (thrown) {
    if (thrown instanceof PlayhouseError) return err(thrown.report());
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    // structuredClone's own error: the state holds something that is not plain data.
    return err(reportOf(thrown instanceof DOMException ? 'invalid-state' : 'handler-failed', text));
  }
}
