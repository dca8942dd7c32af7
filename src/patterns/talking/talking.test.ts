/** Event bus, receptionist, failure detector, coordinated shutdown: what is refused, and what does not compile. */
import { describe, expect, it } from 'vitest';
import type { RefOf } from '../../kernel/behavior.ts';
import type { Context } from '../../kernel/context.ts';
import { actor } from '../../kernel/definition.ts';
import type { Ref } from '../../kernel/ref.ts';
import { type MessageOf, t } from '../../kernel/schema.ts';
import { coordinatedShutdown, shutdownTask, stoppable } from './coordinated-shutdown.ts';
import { eventBus } from './event-bus.ts';
import { failureDetector, heartbeat, suspicionProtocol } from './heartbeat.ts';
import { type Listing, listingProtocol, receptionist, serviceKey } from './receptionist.ts';

const Orders = eventBus('Orders', { event: { cents: t.uint32, note: t.optional(t.string) } });
const Prices = eventBus('Prices', { event: { cents: t.uint32 }, kind: 'PriceChanged' });
const Reception = receptionist('Reception');
const Detector = failureDetector('Detector');
const Shutdown = coordinatedShutdown('Shutdown');

const Listener = actor('Listener', {
  protocol: {
    ...Orders.published,
    ...Prices.published,
    ...listingProtocol,
    ...suspicionProtocol,
    ...heartbeat.protocol,
    ...stoppable.protocol,
    ...shutdownTask,
  },
  state: () => ({ cents: 0 }),
  on: {
    Published(state, { topic, cents, note }) {
      state.cents += cents + topic.length + (note?.length ?? 0);
    },
    PriceChanged(state, { cents }) {
      state.cents = cents;
    },
    Listing(state, { services }) {
      state.cents = services.length;
    },
    Suspected(state, { missed }) {
      state.cents = missed;
    },
    Trusted(state, { actor: ref }) {
      state.cents = ref.id;
    },
    ...heartbeat.on,
    ...stoppable.on,
    ShutDown: (_state, { replyTo }, ctx) => ctx.tell(replyTo, { kind: 'Done' }),
  },
});

type ListenerRef = RefOf<typeof Listener>;
type Deaf = Ref<{ readonly kind: 'Other' }>;
const Pay = serviceKey('pay', { Charge: { cents: t.uint32 } });
type Payer = Ref<{ readonly kind: 'Charge'; readonly cents: number }>;

/** Never called: compiling it is the test. */
function mistakes(ctx: Context, listener: ListenerRef, deaf: Deaf, payer: Payer, listing: Listing): void {
  const ask = { reply: 'Known', timeoutMs: 10 } as const;
  const bus = ctx.spawn(Orders);
  ctx.tell(bus, { kind: 'Publish', topic: 'a', cents: 1 });
  ctx.tell(bus, Orders.publish('a.b', { cents: 1, note: 'x' }));
  ctx.ask(bus, { kind: 'Subscribe', pattern: '*', listener }, ask);
  ctx.ask(ctx.spawn(Prices), { kind: 'Subscribe', pattern: '*', listener }, ask);
  // @ts-expect-error a field of the event is missing
  ctx.tell(bus, { kind: 'Publish', topic: 'a' });
  // @ts-expect-error a field of the wrong type
  ctx.tell(bus, Orders.publish('a', { cents: '1' }));
  // @ts-expect-error the listener does not accept what is published
  ctx.ask(bus, { kind: 'Subscribe', pattern: '*', listener: deaf }, ask);

  const reception = ctx.spawn(Reception);
  ctx.ask(reception, Pay.register(payer), ask);
  ctx.ask(reception, Pay.find(), ask);
  ctx.ask(reception, Pay.subscribe(listener), ask);
  ctx.tell(reception, Pay.deregister(payer));
  for (const one of Pay.services(listing) ?? []) ctx.tell(one, { kind: 'Charge', cents: 1 });
  // @ts-expect-error it does not offer that service
  Pay.register(deaf);
  // @ts-expect-error it does not accept listings
  Pay.subscribe(deaf);
  // @ts-expect-error what is found does not accept that
  for (const one of Pay.services(listing) ?? []) ctx.tell(one, { kind: 'Sing' });

  const detector = ctx.spawn(Detector, { args: { listener, actors: [listener] } });
  ctx.ask(detector, { kind: 'Monitor', actor: listener }, ask);
  // @ts-expect-error it answers no pings
  ctx.ask(detector, { kind: 'Monitor', actor: deaf }, ask);
  // @ts-expect-error it does not hear suspicions
  ctx.spawn(Detector, { args: { listener: deaf } });

  const tasks = [{ phase: 'announce', name: 'a', task: listener }] as const;
  const shutdown = ctx.spawn(Shutdown, { args: { tasks, stop: [listener] } });
  ctx.ask(shutdown, { kind: 'Run' }, ask);
  ctx.ask(shutdown, { kind: 'AddTask', phase: 'save-state', name: 'a', task: listener }, ask);
  // @ts-expect-error no such phase
  ctx.ask(shutdown, { kind: 'AddTask', phase: 'lunch', name: 'a', task: listener }, ask);
  // @ts-expect-error it is no task
  ctx.ask(shutdown, { kind: 'AddTask', phase: 'announce', name: 'a', task: deaf }, ask);
  // @ts-expect-error it cannot be told to stop
  ctx.spawn(Shutdown, { args: { stop: [deaf] } });
}

describe('talking patterns', () => {
  it('mistakes do not compile', () => expect(mistakes).toBeTypeOf('function'));

  const event = { n: t.uint32 };
  const refused: readonly [string, string, () => unknown][] = [
    ['a bus without room', 'capacity', () => eventBus('A', { event, capacity: 0 })],
    ['an event with a topic of its own', 'event.topic', () => eventBus('A', { event: { topic: t.string } })],
    ['a service key without a name', 'name', () => serviceKey('', {})],
    ['a receptionist without keys', 'keys', () => receptionist('A', { keys: 0 })],
    ['a receptionist without services', 'servicesPerKey', () => receptionist('A', { servicesPerKey: 1.5 })],
    ['a receptionist without listeners', 'listenersPerKey', () => receptionist('A', { listenersPerKey: -1 })],
    ['an unknown mode', 'mode', () => failureDetector('A', { mode: 'guess' as 'phi' })],
    ['no interval', 'intervalMs', () => failureDetector('A', { intervalMs: 0 })],
    ['no missed pong', 'missedPongs', () => failureDetector('A', { missedPongs: 0 })],
    ['nobody to watch', 'capacity', () => failureDetector('A', { capacity: 0 })],
    ['φ without a window', 'window', () => failureDetector('A', { mode: 'phi', phi: { window: 0 } })],
    ['no time to stop', 'stopTimeoutMs', () => coordinatedShutdown('A', { stopTimeoutMs: 0 })],
    [
      'an unknown phase',
      'phases[0].after[0]',
      () => coordinatedShutdown('A', { phases: [{ name: 'a', after: ['b'] }] }),
    ],
  ];
  it.each(refused)('%s is refused, naming %s', (_what, field, make) => {
    expect(make).toThrowError(expect.objectContaining({ code: 'invalid-configuration', field }));
  });

  it('a topic is checked where it is published', () => {
    expect(() => Orders.publish('a.*', { cents: 1 })).toThrowError(
      expect.objectContaining({ code: 'invalid-message', field: 'topic' }),
    );
    const message: MessageOf<typeof Orders.protocol, 'Publish'> = Orders.publish('a.b', { cents: 1 });
    expect(message).toEqual({ kind: 'Publish', topic: 'a.b', cents: 1 });
  });

  it('a listing of another key is none', () => {
    expect(Pay.services({ kind: 'Listing', key: 'other', services: [] })).toBeUndefined();
  });
});
