/** Requests of the persistence protocol, as calls of the storage that an engine gives. */
import { unreachable } from '../../base/assert.ts';
import type { Result } from '../../base/result.ts';
import type { ErrorReport } from '../../kernel/errors.ts';
import type { JournalStorage } from '../../kernel/journal-storage.ts';
import type { PersistenceAnswer, PersistenceRequest } from './persistence.ts';

/** What a request came to. All that an actor learns of its storage is in it, so that a recorded run can be replayed without. */
export interface StorageAnswer {
  readonly result: Result<PersistenceAnswer, ErrorReport>;
  readonly damages: readonly string[];
}

/** Has a storage do what is asked, beginning at once; resolves with what to answer. */
export function answerFrom(storage: JournalStorage, request: PersistenceRequest): PromiseLike<StorageAnswer> {
  return resultOf(storage, request).then((result) => ({ result, damages: [...storage.damages] }));
}

function resultOf(
  storage: JournalStorage,
  request: PersistenceRequest,
): PromiseLike<Result<PersistenceAnswer, ErrorReport>> {
  const { id } = request;
  switch (request.kind) {
    case 'Append':
      return storage
        .append(id, request.expected, request.writer, request.events)
        .then((result) => answer(result, (sequence) => ({ kind: 'Appended', sequence })));
    case 'Read':
      return storage
        .read(id, request.after, request.limit)
        .then((result) => answer(result, (page) => ({ kind: 'EventsRead', ...page })));
    case 'SaveSnapshot':
      return storage
        .saveSnapshot(id, request.sequence, request.state)
        .then((result) => answer(result, (sequence) => ({ kind: 'SnapshotSaved', sequence })));
    case 'LoadSnapshot':
      return storage
        .loadSnapshot(id)
        .then((result) => answer(result, (snapshot) => ({ kind: 'SnapshotLoaded', ...snapshot })));
    case 'DeleteUpTo':
      return storage
        .deleteUpTo(id, request.sequence)
        .then((result) => answer(result, (count) => ({ kind: 'Deleted', count })));
    default:
      return unreachable(request, 'request');
  }
}

function answer<T>(
  result: Result<T, ErrorReport>,
  make: (value: T) => PersistenceAnswer,
): Result<PersistenceAnswer, ErrorReport> {
  return result.ok ? { ok: true, value: make(result.value) } : result;
}
