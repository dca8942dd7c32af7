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
  SpawnArguments,
  SpawnOptions,
} from './kernel/context.ts';
export { actor } from './kernel/definition.ts';
export type { ErrorCode, ErrorReport } from './kernel/errors.ts';
export { ActorError, ERRORS, PlayhouseError } from './kernel/errors.ts';
export type { Fault } from './kernel/fault.ts';
export type { JournalBounds, JournalEvent, JournalStorage } from './kernel/journal-storage.ts';
export type { Property, World } from './kernel/property.ts';
export type { AnyMessage, Ref } from './kernel/ref.ts';
export { sameRef } from './kernel/ref.ts';
export type { ParameterDefinition, PlannedFault, Scenario, SimulationSettings } from './kernel/scenario.ts';
export type { Infer, MessageOf, Protocol, Schema } from './kernel/schema.ts';
export { t } from './kernel/schema.ts';
export type { ActorView, BreakerPhase } from './kernel/view.ts';
export type { AdaptiveLimitSettings } from './patterns/guards/adaptive-limit.ts';
export type { BreakerSettings } from './patterns/guards/breaker-state.ts';
export type { BulkheadOptions } from './patterns/guards/bulkhead.ts';
export { bulkhead } from './patterns/guards/bulkhead.ts';
export type { RateSettings } from './patterns/guards/call-window.ts';
export type { CircuitBreakerOptions } from './patterns/guards/circuit-breaker.ts';
export { BREAKER_LISTENERS_MAX, BreakerEvents, circuitBreaker } from './patterns/guards/circuit-breaker.ts';
export type { ConcurrencyLimitOptions } from './patterns/guards/concurrency-limit.ts';
export { concurrencyLimit } from './patterns/guards/concurrency-limit.ts';
export type { Adjustable, Guard, GuardedProtocol } from './patterns/guards/guard.ts';
export { isInDoubt } from './patterns/guards/in-doubt.ts';
export type { RateLimiterOptions } from './patterns/guards/rate-limiter.ts';
export { rateLimiter } from './patterns/guards/rate-limiter.ts';
export type { RetryOptions } from './patterns/guards/retry.ts';
export { retry } from './patterns/guards/retry.ts';
export type { RetryBudget, RetryDelays } from './patterns/guards/retry-policy.ts';
export type { TimeoutOptions } from './patterns/guards/timeout.ts';
export { timeout } from './patterns/guards/timeout.ts';
export type { ArrivalState } from './patterns/load/arrivals.ts';
export type { Gaps, LoadProfile } from './patterns/load/load-profile.ts';
export type {
  AskLoadOptions,
  LoadContext,
  OpenLoop,
  OpenLoopState,
  TellLoadOptions,
} from './patterns/load/open-loop.ts';
export { openLoop } from './patterns/load/open-loop.ts';
export type { BatcherArgs, BatcherOptions, BatcherProtocol, BatchProtocol } from './patterns/routing/batcher.ts';
export { batcher, batchProtocol } from './patterns/routing/batcher.ts';
export type { BlockingPoolOptions } from './patterns/routing/blocking-pool.ts';
export { blockingPool } from './patterns/routing/blocking-pool.ts';
export type { HashRing, RingPoint } from './patterns/routing/consistent-hash.ts';
export { emptyRing, joinRing, leaveRing, memberFor } from './patterns/routing/consistent-hash.ts';
export type { CrewPlacement } from './patterns/routing/crew.ts';
export type { DispatcherControl, DispatcherOptions } from './patterns/routing/dispatcher.ts';
export { dispatcher } from './patterns/routing/dispatcher.ts';
export type { PoolControl, PoolOptions } from './patterns/routing/pool.ts';
export { pool } from './patterns/routing/pool.ts';
export type { PoolSizing } from './patterns/routing/pool-size.ts';
export type { RouterArgs, RouterControl, RouterOptions } from './patterns/routing/router.ts';
export { router } from './patterns/routing/router.ts';
export type {
  KeyField,
  RouteesReply,
  RoutesControl,
  RoutesOptions,
  RoutingStrategy,
  StrategyName,
} from './patterns/routing/routes.ts';
export type {
  PullingWorkerArgs,
  PullingWorkerOptions,
  WorkProtocol,
  WorkQueueOptions,
  WorkQueueProtocol,
} from './patterns/routing/work-pulling.ts';
export { pullingWorker, workProtocol, workQueue } from './patterns/routing/work-pulling.ts';
export type { LoadMeter, LoadReport } from './patterns/routing/worker-load.ts';
export { newLoadMeter, noteJob, takeReport } from './patterns/routing/worker-load.ts';
export type { DurablePersistenceOptions } from './patterns/state/durable-persistence.ts';
export { durablePersistence } from './patterns/state/durable-persistence.ts';
export { eventSourced } from './patterns/state/event-sourced.ts';
export type {
  DecidedEvents,
  EventSourcedArgs,
  EventSourcedContext,
  EventSourcedOptions,
  EventSourcedSignals,
} from './patterns/state/event-sourced-options.ts';
export type {
  InMemoryPersistenceOptions,
  PersistenceFailure,
  PersistenceOperation,
  PersistenceRef,
  StoredEvent,
} from './patterns/state/persistence.ts';
export { inMemoryPersistence, PersistenceProtocol } from './patterns/state/persistence.ts';
export { saga } from './patterns/state/saga.ts';
export type { SagaOptions, SagaProtocol, SagaRequest, SagaStep } from './patterns/state/saga-options.ts';
export { sagaRequest } from './patterns/state/saga-options.ts';
export type { MachineView, StateChart } from './patterns/state/state-machine.ts';
export { stateMachine } from './patterns/state/state-machine.ts';
export type {
  MachineSignals,
  MachineState,
  StateMachineContext,
  StateMachineOptions,
  StateTransition,
  UnhandledPolicy,
} from './patterns/state/state-machine-options.ts';
export type {
  CoordinatedShutdownArguments,
  CoordinatedShutdownOptions,
  ShutdownProtocol,
  ShutdownResult,
  ShutdownTask,
} from './patterns/talking/coordinated-shutdown.ts';
export { coordinatedShutdown, shutdownTask, stoppable } from './patterns/talking/coordinated-shutdown.ts';
export type { EventBus, EventBusOptions, EventBusProtocol, PublishedProtocol } from './patterns/talking/event-bus.ts';
export { eventBus } from './patterns/talking/event-bus.ts';
export type { FailureDetectorArguments, FailureDetectorOptions } from './patterns/talking/heartbeat.ts';
export { failureDetector, heartbeat, suspicionProtocol } from './patterns/talking/heartbeat.ts';
export type { PhiHistory, PhiSettings } from './patterns/talking/phi-accrual.ts';
export { emptyPhiHistory, PHI_DEFAULTS, phi, recordSign } from './patterns/talking/phi-accrual.ts';
export type {
  Listing,
  ReceptionistOptions,
  ReceptionistProtocol,
  ServiceKey,
} from './patterns/talking/receptionist.ts';
export { listingProtocol, receptionist, serviceKey } from './patterns/talking/receptionist.ts';
export type { ShutdownPhase } from './patterns/talking/shutdown-phases.ts';
export { SHUTDOWN_PHASES } from './patterns/talking/shutdown-phases.ts';
export type { Stream, StreamSettings } from './patterns/talking/stream.ts';
export { streamOf } from './patterns/talking/stream.ts';
export type {
  Inflow,
  InStream,
  StreamConsumer,
  StreamEvent,
  StreamOpening,
  StreamOptions,
} from './patterns/talking/stream-consumer.ts';
export { STREAM_LIMITS } from './patterns/talking/stream-protocol.ts';
export type { Outflow, OutStream, StreamSource } from './patterns/talking/stream-source.ts';
export { checkPattern, checkSubject, TOPIC_LIMITS, topicMatches } from './patterns/talking/topics.ts';
