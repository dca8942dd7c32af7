/**
 * The catalogue of operating errors. Each has a stable code, a cause and a remedy; an error that is raised adds what
 * exactly went wrong, and the field where there is one. Bugs in Playhouse assert instead (base/assert); exceptions of
 * handlers go to supervision.
 */

interface CatalogueEntry {
  readonly cause: string;
  /** What the reader can do about it. */
  readonly remedy: string;
}

const entry = (cause: string, remedy: string): CatalogueEntry => ({ cause, remedy });

/** Codes never change their meaning: links, rules of supervision and people's scripts name them. */
export const ERRORS = {
  'actor-limit': entry(
    'The actor table is full.',
    'Stop actors that are no longer needed, or start with a larger actor table.',
  ),
  'actor-not-found': entry('There is no such actor.', 'Check the path; the actor may have stopped.'),
  'already-started': entry('It has been started already.', 'Stop it first, or use the one that runs.'),
  'already-stashed': entry('The message of this turn has been stashed already.', 'Stash a message once a turn.'),
  'ask-timeout': entry('No answer came in time.', 'Give the ask more time, or find out what keeps the target busy.'),
  'breaker-open': entry(
    'A circuit breaker refuses calls.',
    'Wait until the breaker lets trial calls through, or reset it.',
  ),
  'bulkhead-full': entry(
    'As many calls as a bulkhead allows are under way, and its queue is full.',
    'Send less at a time, or give the bulkhead more room.',
  ),
  'concurrency-limited': entry(
    'More calls are under way than the target can bear.',
    'Send less; the limit grows when the target is quick again.',
  ),
  'deadline-exceeded': entry(
    'The message waited longer than it may.',
    'Send less, or give messages of this mailbox more time.',
  ),
  'duplicate-name': entry(
    'A sibling has that name, or a stopped one whose spec is kept.',
    'Choose another name, or restart or delete the child that has stopped.',
  ),
  'handler-failed': entry('A handler threw.', 'Look at the error; the supervisor decided what happens next.'),
  'invalid-configuration': entry('A setting makes no sense.', 'Correct the named field.'),
  'invalid-message': entry(
    "A message does not fit its receiver's protocol.",
    'Correct the named field, or add it to the protocol.',
  ),
  'invalid-state': entry(
    'The state of an actor is not plain data.',
    'Keep only plain data in the state: no functions, class instances, promises or symbols.',
  ),
  'link-invalid': entry('The link or file is damaged.', 'Ask for it again, or start from the beginning.'),
  'link-newer': entry(
    'The link or file was made by a newer version.',
    'Open it with the version of Playhouse that made it.',
  ),
  'link-too-long': entry('The link or file is too long.', 'Ask for it again, or start from the beginning.'),
  'link-unknown-scenario': entry(
    'The link or file names a scenario that is not here.',
    'Choose a scenario from the list.',
  ),
  'mailbox-full': entry('The mailbox had no room.', 'Send less, or give the mailbox more room.'),
  'message-too-large': entry('A message is too large to travel.', 'Send less data in one message, or split it.'),
  'no-routees': entry('A router has nobody to pass the message on to.', 'Add routees, or wait until one is back.'),
  'not-a-breaker': entry('The actor is not a circuit breaker.', 'Choose an actor that is a circuit breaker.'),
  'not-available': entry('This engine cannot do that.', 'Use an engine or a version of Playhouse that has it.'),
  'not-isolated': entry(
    'The page is not isolated, so that there is no shared memory.',
    'Open the page from its own address, served with the COOP and COEP headers.',
  ),
  'not-started': entry('It has not been started, or is over.', 'Start the scenario first.'),
  'out-of-memory': entry(
    'The browser gave no more memory.',
    'Close other pages, or start with fewer workers or a smaller actor table.',
  ),
  'pipe-failed': entry('A promise given to `pipe` was rejected.', 'Look at the error; the promise says why.'),
  'rate-limited': entry(
    'More was sent than the rate allows.',
    'Wait until the limiter has tokens again, or send less.',
  ),
  'recovery-failed': entry(
    'Stored events could not be read or replayed.',
    'Look at the named event; correct its handler, or the journal.',
  ),
  'request-rejected': entry('The request was refused.', 'Make room, or try again later.'),
  'restart-budget-exceeded': entry(
    'More restarts were needed than the supervisor allows.',
    'Find out what keeps failing, or allow more restarts in the period.',
  ),
  'retries-exhausted': entry(
    'Every attempt failed, or no retries were left in the budget.',
    'Look at the last error; allow more attempts if it passes by itself.',
  ),
  'saga-aborted': entry('A step failed, and what was done before was undone.', 'Look at the error of the named step.'),
  'stash-full': entry('The stash had no room.', 'Unstash earlier, or give the stash more room.'),
  'storage-full': entry(
    'The storage of the browser, or the share of it that a run may take, is full.',
    'Delete what earlier runs have stored, or free space for this site in the browser; snapshots with `deleteEvents` need less.',
  ),
  'storage-unavailable': entry(
    'The storage of the browser cannot be used.',
    'Allow this site to store data, close other pages of it, and look at the error.',
  ),
  'stream-cancelled': entry('The stream was ended before its end.', 'Ask for the stream again.'),
  'stream-gap': entry(
    'The next part of a stream did not come in time.',
    'Find out what keeps the source busy, or allow a longer gap.',
  ),
  'target-stopped': entry('The target is gone.', 'Check that the target is alive, or watch it.'),
  'unknown-behavior': entry(
    'The scenario has no behavior of that name.',
    "Add the behavior to the scenario's `behaviors`.",
  ),
  'unknown-parameter': entry('The scenario has no such parameter.', "Use one of the scenario's parameters."),
  'worker-lost': entry('A worker has died or does not answer.', 'Restart the scenario.'),
  'worker-not-started': entry('The browser started no worker.', 'Close other pages, or start with fewer workers.'),
} as const satisfies Readonly<Record<string, CatalogueEntry>>;

/** A stable name of an error; its cause and remedy are in `ERRORS`. */
export type ErrorCode = keyof typeof ERRORS;

/** An operating error as plain data: what crosses workers, and what the page shows. */
export interface ErrorReport {
  readonly code: ErrorCode;
  readonly message: string;
  /** The field that is wrong, where there is one: `amount`, `items[3].price`. */
  readonly field?: string;
}

/** An operating error. Its kind, for rules of supervision, is its code. */
export class PlayhouseError extends Error {
  readonly code: ErrorCode;
  readonly field: string | undefined;

  constructor(code: ErrorCode, message: string, field?: string) {
    super(message);
    this.name = 'PlayhouseError';
    this.code = code;
    this.field = field;
  }

  /** What the reader can do about it. */
  get remedy(): string {
    return ERRORS[this.code].remedy;
  }

  report(): ErrorReport {
    return reportOf(this.code, this.message, this.field);
  }
}

/**
 * What a handler throws to fail with a kind that rules of supervision can name:
 * `throw new ActorError('Declined', 'no money')` and `onFailure: { Declined: 'resume' }`.
 */
export class ActorError extends Error {
  /** The kind of error: a name of the author's choice, at most 64 characters. */
  readonly kind: string;

  constructor(kind: string, message: string) {
    super(message);
    this.name = 'ActorError';
    this.kind = kind;
  }
}

export function reportOf(code: ErrorCode, message: string, field?: string): ErrorReport {
  return field === undefined ? { code, message } : { code, message, field };
}

export function remedyOf(code: ErrorCode): string {
  return ERRORS[code].remedy;
}

/** An error class across a boundary that loses classes: back from its report. */
export function errorFrom(report: ErrorReport): PlayhouseError {
  return new PlayhouseError(report.code, report.message, report.field);
}

/** @throws PlayhouseError `invalid-configuration`, naming the field @param owner whose setting it is, for the text */
export function checkWhole(field: string, value: number, min: number, max: number, owner?: string): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw outOfRange(`a whole number from ${min} to ${max}`, field, value, owner);
}

/** @throws PlayhouseError `invalid-configuration`, naming the field @param owner whose setting it is, for the text */
export function checkNumber(field: string, value: number, min: number, max: number, owner?: string): void {
  if (typeof value === 'number' && value >= min && value <= max) return;
  throw outOfRange(`a number from ${min} to ${max}`, field, value, owner);
}

function outOfRange(expected: string, field: string, value: number, owner: string | undefined): PlayhouseError {
  const text = `${field} must be ${expected}, not ${value}.`;
  return new PlayhouseError('invalid-configuration', owner === undefined ? text : `${owner}: ${text}`, field);
}
