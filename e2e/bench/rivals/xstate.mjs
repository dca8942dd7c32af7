/** The workloads with XState: actors of transition logic, the lightest kind that it has. */
import { createActor, fromTransition } from 'xstate';
import {
  ACCOUNTS,
  BIG_ACTORS,
  BURST,
  chosen,
  FORK_JOIN_ACTORS,
  mix,
  nextSeed,
  OPENING,
  RING_MEMBERS,
  TRANSFERS_AT_ONCE,
} from '../shapes.mjs';
import { heapBytes } from './weigh.mjs';

/**
 * @typedef {import('./rivals.mjs').Result} Result
 * @typedef {any} Ref an actor of XState; its events are whatever the workload says
 * @typedef {any} Event
 */

/**
 * @param {(finish: (checksum: number) => void) => void} begin
 * @returns {Promise<Result>}
 */
async function timed(begin) {
  const startMs = performance.now();
  const { checksum, endMs } = await new Promise((resolve) => {
    begin((sum) => resolve({ checksum: sum, endMs: performance.now() }));
  });
  return { elapsedMs: endMs - startMs, checksum };
}

/**
 * @template S
 * @param {(state: S, event: Event, self: Ref) => void} receive changes the state
 * @param {S} state
 * @returns {Ref}
 */
function actor(receive, state) {
  const logic = fromTransition((/** @type {S} */ context, /** @type {Event} */ event, { self }) => {
    receive(context, event, self);
    return context;
  }, state);
  return createActor(logic).start();
}

/** @param {number} size */
function counting(size) {
  return timed((finish) => {
    const counter = actor(
      (state, { n }) => {
        if (n === state.seen) state.sum += n;
        state.seen++;
        if (state.seen === size) finish(state.sum);
        else if (state.seen % BURST === 0) source.send({ type: 'grant' });
      },
      { seen: 0, sum: 0 },
    );
    const source = actor(
      (state) => {
        const end = Math.min(size, state.sent + BURST);
        for (; state.sent < end; state.sent++) counter.send({ type: 'increment', n: state.sent });
      },
      { sent: 0 },
    );
    source.send({ type: 'grant' });
  });
}

/** @param {number} size */
function pingPong(size) {
  return timed((finish) => {
    const ponger = actor((_, { n, from }) => from.send({ type: 'pong', n }), {});
    const pinger = actor(
      (state, { n }, self) => {
        if (n === state.left) state.inOrder++;
        state.left--;
        if (state.left === 0) finish(state.inOrder);
        else ponger.send({ type: 'ping', n: state.left, from: self });
      },
      { left: size, inOrder: 0 },
    );
    ponger.send({ type: 'ping', n: size, from: pinger });
  });
}

/** @param {number} size */
function threadRing(size) {
  return timed((finish) => {
    /** @type {Ref[]} */
    const members = [];
    for (let place = 0; place < RING_MEMBERS; place++) {
      const member = actor((_, { left, sum }) => {
        const mixed = mix(sum, left);
        if (left === 1) finish(mixed);
        else members[(place + 1) % RING_MEMBERS].send({ type: 'token', left: left - 1, sum: mixed });
      }, {});
      members.push(member);
    }
    members[0].send({ type: 'token', left: size, sum: 0 });
  });
}

/** @param {number} size */
function forkJoin(size) {
  return timed((finish) => {
    const fork = actor(
      (state, { sum }) => {
        state.total += sum;
        if (++state.done === FORK_JOIN_ACTORS) finish(state.total);
      },
      { done: 0, total: 0 },
    );
    const legs = Array.from({ length: FORK_JOIN_ACTORS }, () =>
      actor(
        (state, { n }) => {
          state.sum = mix(state.sum, n);
          if (--state.left === 0) fork.send({ type: 'done', sum: state.sum });
        },
        { left: size, sum: 0 },
      ),
    );
    for (let n = 0; n < size; n++) for (const leg of legs) leg.send({ type: 'work', n });
  });
}

/** @param {number} size */
function big(size) {
  return timed((finish) => {
    /** @type {Ref[]} */
    const guests = [];
    const host = actor(
      (state, { pings, pongs }) => {
        state.total += (pings ?? 0) + (pongs ?? 0);
        state.done++;
        if (state.done === 2 * BIG_ACTORS) finish(state.total);
      },
      { done: 0, total: 0 },
    );
    for (let place = 0; place < BIG_ACTORS; place++) guests.push(guest(place));
    for (const each of guests) each.send({ type: 'begin' });
    for (const each of guests) each.send({ type: 'count' });

    /** @param {number} place */
    function guest(place) {
      const ping = (/** @type {{ seed: number, sent: number }} */ state, /** @type {Ref} */ self) => {
        state.seed = nextSeed(state.seed);
        const other = chosen(state.seed, BIG_ACTORS - 1);
        guests[other < place ? other : other + 1].send({ type: 'ping', n: ++state.sent, from: self });
      };
      return actor(
        (state, event, self) => {
          if (event.type === 'ping') {
            state.pings += event.n;
            event.from.send({ type: 'pong', n: event.n });
          } else if (event.type === 'pong') {
            if (event.n === state.sent) state.pongs += event.n;
            if (state.sent === size) host.send({ type: 'done' });
            else ping(state, self);
          } else if (event.type === 'begin') {
            ping(state, self);
          } else {
            host.send({ type: 'counted', pings: state.pings, pongs: state.pongs });
          }
        },
        { seed: place, sent: 0, pings: 0, pongs: 0 },
      );
    }
  });
}

/** @param {number} size */
function banking(size) {
  return timed((finish) => {
    const teller = actor(
      (state, { n, balance, type }) => {
        if (type === 'order') {
          order(state);
        } else if (type === 'holds') {
          state.total += balance;
          if (++state.shown === ACCOUNTS) finish(state.total);
        } else {
          state.total += n;
          if (++state.answered < state.ordered) return;
          if (state.ordered < size) order(state);
          else for (const account of accounts) account.send({ type: 'show' });
        }
      },
      { seed: 1, ordered: 0, answered: 0, shown: 0, total: 0 },
    );
    const accounts = Array.from({ length: ACCOUNTS }, () =>
      actor(
        (state, { type, n, amount, target, source }, self) => {
          if (type === 'transfer') {
            state.balance -= amount;
            target.send({ type: 'credit', n, amount, source: self });
          } else if (type === 'credit') {
            state.balance += amount;
            source.send({ type: 'credited', n });
          } else if (type === 'credited') {
            teller.send({ type: 'transferred', n });
          } else {
            teller.send({ type: 'holds', balance: state.balance });
          }
        },
        { balance: OPENING },
      ),
    );
    const order = (/** @type {{ seed: number, ordered: number }} */ state) => {
      const end = Math.min(size, state.ordered + TRANSFERS_AT_ONCE);
      let n = state.ordered;
      // Before the first answer comes, which it may at once.
      state.ordered = end;
      for (; n < end; n++) {
        state.seed = nextSeed(state.seed);
        const source = chosen(state.seed, ACCOUNTS);
        state.seed = nextSeed(state.seed);
        const target = (source + 1 + chosen(state.seed, ACCOUNTS - 1)) % ACCOUNTS;
        accounts[source].send({ type: 'transfer', n, amount: 1 + (n & 1_023), target: accounts[target] });
      }
    };
    teller.send({ type: 'order' });
  });
}

/**
 * @param {number} size
 * @param {(sum: number) => void} finish
 * @returns {readonly Ref[]}
 */
function populate(size, finish) {
  const mother = actor(
    (state, { n }) => {
      state.sum += n;
      if (++state.born === size) finish(state.sum);
    },
    { born: 0, sum: 0 },
  );
  const logic = fromTransition(
    (/** @type {{ n: number }} */ _, /** @type {Event} */ { n, from }) => {
      from.send({ type: 'born', n });
      return { n };
    },
    { n: 0 },
  );
  return Array.from({ length: size }, (_, n) => {
    const child = createActor(logic).start();
    child.send({ type: 'hello', n, from: mother });
    return child;
  });
}

/** @param {number} size */
const create = (size) => timed((finish) => void populate(size, finish));

/** @param {number} size */
async function idle(size) {
  const before = heapBytes();
  let checksum = 0;
  const actors = populate(size, (sum) => {
    checksum = sum;
  });
  const bytes = heapBytes() - before;
  return { amount: bytes / actors.length, checksum };
}

export const WORKLOADS = {
  counting,
  pingPong,
  threadRing,
  forkJoin,
  big,
  banking,
  create40: create,
  create200: create,
  idle,
};
