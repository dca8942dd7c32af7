/** Control calls to an actor wherever it is: it may move to another worker while it is being called. */
import type { Result } from '../../base/result.ts';
import { COLUMN, STATUS } from '../../kernel/actor-table.ts';
import { type ErrorReport, PlayhouseError } from '../../kernel/errors.ts';
import type { ControlCalls } from './control-calls.ts';
import type { Located } from './directory-reader.ts';
import type { PageMemory } from './page-memory.ts';
import type { WorkerControl } from './worker-control.ts';

/** An actor that is on its way for longer than this is not found. */
const FOUND_WITHIN_MS = 2_000;
const LOOK_AGAIN_MS = 1;

/** As `ControlCalls.checked`, on the actor's worker. What the call does, it does once. */
export async function callActor<T>(
  calls: ControlCalls,
  { table }: PageMemory,
  { id, generation }: Located,
  make: (control: WorkerControl) => Promise<Result<T, ErrorReport>>,
): Promise<T> {
  const endMs = performance.now() + FOUND_WITHIN_MS;
  for (;;) {
    try {
      return await calls.checked(table.get(id, COLUMN.worker), make);
    } catch (thrown) {
      const isAlive = table.get(id, COLUMN.generation) === generation && table.get(id, COLUMN.status) !== STATUS.free;
      const isElsewhere = thrown instanceof PlayhouseError && thrown.code === 'actor-not-found' && isAlive;
      if (!isElsewhere || performance.now() > endMs) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }
}
