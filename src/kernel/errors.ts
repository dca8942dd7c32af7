/**
 * The catalogue of operating errors. Each has a stable code, says what went wrong and what to do about it, and names the
 * field where there is one. Bugs in Playhouse assert instead (base/assert); exceptions of handlers go to supervision.
 */
export type ErrorCode =
  | 'actor-limit'
  | 'actor-not-found'
  | 'ask-timeout'
  | 'breaker-open'
  | 'duplicate-name'
  | 'handler-failed'
  | 'invalid-configuration'
  | 'invalid-message'
  | 'invalid-state'
  | 'link-invalid'
  | 'link-newer'
  | 'link-too-long'
  | 'link-unknown-scenario'
  | 'mailbox-full'
  | 'message-too-large'
  | 'not-a-breaker'
  | 'not-available'
  | 'not-isolated'
  | 'not-started'
  | 'request-rejected'
  | 'target-stopped'
  | 'unknown-behavior'
  | 'unknown-parameter'
  | 'worker-lost';

const REMEDIES: Readonly<Record<ErrorCode, string>> = {
  'actor-limit': 'Stop actors that are no longer needed, or start with a larger actor table.',
  'actor-not-found': 'Check the path; the actor may have stopped.',
  'ask-timeout': 'Give the ask more time, or find out what keeps the target busy.',
  'breaker-open': 'Wait until the breaker lets trial calls through, or reset it.',
  'duplicate-name': 'Choose another name: living siblings need different ones.',
  'handler-failed': 'Look at the error; the supervisor decided what happens next.',
  'invalid-configuration': 'Correct the named field.',
  'invalid-message': 'Correct the named field, or add it to the protocol.',
  'invalid-state': 'Keep only plain data in the state: no functions, class instances, promises or symbols.',
  'link-invalid': 'Ask for the link again, or start from the beginning.',
  'link-newer': 'Open the link with the version of Playhouse that made it.',
  'link-too-long': 'Ask for the link again, or start from the beginning.',
  'link-unknown-scenario': 'Choose a scenario from the list.',
  'mailbox-full': 'Send less, or give the mailbox more room.',
  'message-too-large': 'Send less data in one message, or split it.',
  'not-a-breaker': 'Choose an actor that is a circuit breaker.',
  'not-available': 'Use a version of Playhouse that has it.',
  'not-isolated': 'Open the page from its own address, served with the COOP and COEP headers.',
  'not-started': 'Start the scenario first.',
  'request-rejected': 'Try again later.',
  'target-stopped': 'Check that the target is alive, or watch it.',
  'unknown-behavior': "Add the behavior to the scenario's `behaviors`.",
  'unknown-parameter': "Use one of the scenario's parameters.",
  'worker-lost': 'Restart the scenario.',
};

/** An operating error as plain data: what crosses workers, and what the page shows. */
export interface ErrorReport {
  readonly code: ErrorCode;
  readonly message: string;
  /** The field that is wrong, where there is one: `amount`, `items[3].price`. */
  readonly field?: string;
}

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
    return REMEDIES[this.code];
  }

  report(): ErrorReport {
    return reportOf(this.code, this.message, this.field);
  }
}

export function reportOf(code: ErrorCode, message: string, field?: string): ErrorReport {
  return field === undefined ? { code, message } : { code, message, field };
}

export function remedyOf(code: ErrorCode): string {
  return REMEDIES[code];
}

/** An error class across a boundary that loses classes: back from its report. */
export function errorFrom(report: ErrorReport): PlayhouseError {
  return new PlayhouseError(report.code, report.message, report.field);
}

/** @throws PlayhouseError `invalid-configuration`, naming the field @param owner whose setting it is, for the text */
export function checkWhole(field: string, value: number, min: number, max: number, owner?: string): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  const text = `${field} must be a whole number from ${min} to ${max}, not ${value}.`;
  throw new PlayhouseError('invalid-configuration', owner === undefined ? text : `${owner}: ${text}`, field);
}
