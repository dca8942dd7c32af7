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
export type { BatcherArgs, BatcherOptions, BatcherProtocol, BatchProtocol } from './patterns/batcher.ts';
export { batcher, batchProtocol } from './patterns/batcher.ts';
export type { BlockingPoolOptions } from './patterns/blocking-pool.ts';
export { blockingPool } from './patterns/blocking-pool.ts';
export type { BreakerSettings } from './patterns/breaker-state.ts';
export type { BulkheadOptions } from './patterns/bulkhead.ts';
export { bulkhead } from './patterns/bulkhead.ts';
export type { RateSettings } from './patterns/call-window.ts';
export type { CircuitBreakerOptions } from './patterns/circuit-breaker.ts';
export { BREAKER_LISTENERS_MAX, BreakerEvents, circuitBreaker } from './patterns/circuit-breaker.ts';
export type { ConcurrencyLimitOptions } from './patterns/concurrency-limit.ts';
export { concurrencyLimit } from './patterns/concurrency-limit.ts';
export type { HashRing, RingPoint } from './patterns/consistent-hash.ts';
export { emptyRing, joinRing, leaveRing, memberFor } from './patterns/consistent-hash.ts';
export type {
  CoordinatedShutdownArguments,
  CoordinatedShutdownOptions,
  ShutdownProtocol,
  ShutdownResult,
  ShutdownTask,
} from './patterns/coordinated-shutdown.ts';
export { coordinatedShutdown, shutdownTask, stoppable } from './patterns/coordinated-shutdown.ts';
export type { CrewPlacement } from './patterns/crew.ts';
export type { DispatcherControl, DispatcherOptions } from './patterns/dispatcher.ts';
export { dispatcher } from './patterns/dispatcher.ts';
export type { EventBus, EventBusOptions, EventBusProtocol, PublishedProtocol } from './patterns/event-bus.ts';
export { eventBus } from './patterns/event-bus.ts';
export { eventSourced } from './patterns/event-sourced.ts';
export type {
  DecidedEvents,
  EventSourcedArgs,
  EventSourcedContext,
  EventSourcedOptions,
} from './patterns/event-sourced-options.ts';
export type { Adjustable, Guard, GuardedProtocol } from './patterns/guard.ts';
export type { FailureDetectorArguments, FailureDetectorOptions } from './patterns/heartbeat.ts';
export { failureDetector, heartbeat, suspicionProtocol } from './patterns/heartbeat.ts';
export type {
  InMemoryPersistenceOptions,
  PersistenceFailure,
  PersistenceOperation,
  PersistenceRef,
  StoredEvent,
} from './patterns/persistence.ts';
export { inMemoryPersistence, PersistenceProtocol } from './patterns/persistence.ts';
export type { PhiHistory, PhiSettings } from './patterns/phi-accrual.ts';
export { emptyPhiHistory, PHI_DEFAULTS, phi, recordSign } from './patterns/phi-accrual.ts';
export type { PoolControl, PoolOptions } from './patterns/pool.ts';
export { pool } from './patterns/pool.ts';
export type { PoolSizing } from './patterns/pool-size.ts';
export type { RateLimiterOptions } from './patterns/rate-limiter.ts';
export { rateLimiter } from './patterns/rate-limiter.ts';
export type { Listing, ReceptionistOptions, ReceptionistProtocol, ServiceKey } from './patterns/receptionist.ts';
export { listingProtocol, receptionist, serviceKey } from './patterns/receptionist.ts';
export type { RetryOptions } from './patterns/retry.ts';
export { retry } from './patterns/retry.ts';
export type { RetryBudget, RetryDelays } from './patterns/retry-policy.ts';
export type { RouterArgs, RouterControl, RouterOptions } from './patterns/router.ts';
export { router } from './patterns/router.ts';
export type {
  KeyField,
  RouteesReply,
  RoutesControl,
  RoutesOptions,
  RoutingStrategy,
  StrategyName,
} from './patterns/routes.ts';
export { saga } from './patterns/saga.ts';
export type { SagaOptions, SagaProtocol, SagaRequest, SagaStep } from './patterns/saga-options.ts';
export { sagaRequest } from './patterns/saga-options.ts';
export type { ShutdownPhase } from './patterns/shutdown-phases.ts';
export { SHUTDOWN_PHASES } from './patterns/shutdown-phases.ts';
export type {
  MachineState,
  MachineView,
  StateChart,
  StateMachineContext,
  StateMachineOptions,
  StateTransition,
  UnhandledPolicy,
} from './patterns/state-machine.ts';
export { stateMachine } from './patterns/state-machine.ts';
export type { Stream, StreamSettings } from './patterns/stream.ts';
export { streamOf } from './patterns/stream.ts';
export type {
  Inflow,
  InStream,
  StreamConsumer,
  StreamEvent,
  StreamOpening,
  StreamOptions,
} from './patterns/stream-consumer.ts';
export { STREAM_LIMITS } from './patterns/stream-protocol.ts';
export type { Outflow, OutStream, StreamSource } from './patterns/stream-source.ts';
export type { TimeoutOptions } from './patterns/timeout.ts';
export { timeout } from './patterns/timeout.ts';
export { checkPattern, checkSubject, TOPIC_LIMITS, topicMatches } from './patterns/topics.ts';
export type {
  PullingWorkerArgs,
  PullingWorkerOptions,
  WorkProtocol,
  WorkQueueOptions,
  WorkQueueProtocol,
} from './patterns/work-pulling.ts';
export { pullingWorker, workProtocol, workQueue } from './patterns/work-pulling.ts';
export type { LoadMeter, LoadReport } from './patterns/worker-load.ts';
export { newLoadMeter, noteJob, takeReport } from './patterns/worker-load.ts';
