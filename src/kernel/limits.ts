/** Every bound of the kernel, by name. Nothing is queued, cached or remembered without one. */
export const LIMITS = {
  /** Workers of one system: what a page offers, a link carries and an engine starts. */
  workersMax: 16,
  /** Messages that may wait in a mailbox when the behavior does not say. */
  mailboxCapacityDefault: 1_000,
  mailboxCapacityMax: 65_536,
  /**
   * Messages that wait beyond the capacity of a mailbox that blocks its senders or asks them to slow down: whoever sends a
   * million in one turn can only be suspended when it is over.
   */
  overflowMax: 2 ** 20,
  /** Full mailboxes are recorded at most this often each: under load they fill and drain thousands of times a second. */
  overflowEventEveryMs: 1_000,
  /** Senders that a full mailbox remembers, to let them go on. */
  suspendedMax: 65_536,
  /** Priorities of messages are 0 … 9. */
  priorities: 10,
  stashCapacityDefault: 1_000,
  restartIntensityDefault: 3,
  restartIntensityMax: 1_000,
  restartPeriodMsDefault: 60_000,
  /** How long a child may take to stop before it is killed (OTP's default for workers). */
  shutdownMsDefault: 5_000,
  /** The longest delay of a timer, a time-out, a backoff: 2³¹ ms, more than 24 days. */
  delayMsMax: 2 ** 31,
  /** Service time that one call of `ctx.busy` may ask for. */
  busyMsMax: 10_000,
  /** Specs of stopped children that a supervisor keeps; the oldest ones are forgotten. */
  keptSpecsMax: 1_024,
  /** Asks of one actor that may be unsettled at a time; the next one fails at once. */
  pendingAsksMax: 65_536,
  /** Timers of one actor. */
  timersMax: 1_024,
  /** Messages and signals kept for actors whose spawn request is still on its way. */
  earlyMax: 65_536,
  /** Characters of an actor's name. */
  nameLengthMax: 64,
  /** Characters of an error text kept for the page. */
  errorTextMax: 400,
  /** Characters of an error's kind. */
  errorKindMax: 64,
} as const;
