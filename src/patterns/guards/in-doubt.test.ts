/** Which errors leave it open whether a request was carried out. */
import { describe, expect, it } from 'vitest';
import { ERRORS, type ErrorCode } from '../../kernel/errors.ts';
import { isInDoubt } from './in-doubt.ts';

const CODES = Object.keys(ERRORS) as ErrorCode[];

describe('errors in doubt', () => {
  it('are all but the refusals', () => {
    expect(CODES.filter((code) => !isInDoubt({ code })).sort()).toEqual([
      'breaker-open',
      'bulkhead-full',
      'concurrency-limited',
      'deadline-exceeded',
      'mailbox-full',
      'no-routees',
      'rate-limited',
      'request-rejected',
      'stash-full',
      'storage-full',
    ]);
  });

  it.each<ErrorCode>(['ask-timeout', 'handler-failed', 'worker-lost', 'target-stopped', 'retries-exhausted'])(
    '%s is one',
    (code) => {
      expect(isInDoubt({ code })).toBe(true);
    },
  );
});
