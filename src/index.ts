/** The public API: what scenario authors import as `playhouse`. */
export type {
  AskOutcome,
  BackoffOptions,
  Backpressure,
  BatchHandler,
  Behavior,
  BehaviorDefinition,
  Decision,
  Failure,
  FailureRules,
  MailboxOptions,
  OverflowStrategy,
  PipeOutcome,
  RefOf,
  RestartType,
  SignalHandlers,
  SupervisionOptions,
  SupervisionStrategy,
  Terminated,
} from './kernel/behavior.ts';
export type {
  Askable,
  AskOptions,
  ChildView,
  Context,
  PipeOptions,
  Placement,
  SpawnOptions,
} from './kernel/context.ts';
export { actor } from './kernel/definition.ts';
export type { ErrorCode, ErrorReport } from './kernel/errors.ts';
export { ActorError, ERRORS, PlayhouseError } from './kernel/errors.ts';
export type { AnyMessage, Ref } from './kernel/ref.ts';
export { sameRef } from './kernel/ref.ts';
export type { ParameterDefinition, Scenario } from './kernel/scenario.ts';
export type { Infer, MessageOf, Protocol, Schema } from './kernel/schema.ts';
export { t } from './kernel/schema.ts';
export type { BreakerPhase } from './kernel/view.ts';
export type { AdaptiveLimitSettings } from './patterns/adaptive-limit.ts';
export type { BreakerSettings } from './patterns/breaker-state.ts';
export type { BulkheadOptions } from './patterns/bulkhead.ts';
export { bulkhead } from './patterns/bulkhead.ts';
export type { RateSettings } from './patterns/call-window.ts';
export type { CircuitBreakerOptions } from './patterns/circuit-breaker.ts';
export { BREAKER_LISTENERS_MAX, BreakerEvents, circuitBreaker } from './patterns/circuit-breaker.ts';
export type { ConcurrencyLimitOptions } from './patterns/concurrency-limit.ts';
export { concurrencyLimit } from './patterns/concurrency-limit.ts';
export type { Adjustable, Guard, GuardedProtocol } from './patterns/guard.ts';
export type { RateLimiterOptions } from './patterns/rate-limiter.ts';
export { rateLimiter } from './patterns/rate-limiter.ts';
export type { RetryOptions } from './patterns/retry.ts';
export { retry } from './patterns/retry.ts';
export type { RetryBudget, RetryDelays } from './patterns/retry-policy.ts';
export type { TimeoutOptions } from './patterns/timeout.ts';
export { timeout } from './patterns/timeout.ts';
