/** The workloads with nact: stateful actors, told with `dispatch`. */
import nact from 'nact';
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

const { dispatch, spawn, start, stop } = nact;

/**
 * @typedef {import('./rivals.mjs').Result} Result
 * @typedef {any} Ref an actor of nact; its messages are whatever the workload says
 * @typedef {any} Message
 */

/**
 * One run in an actor system of its own.
 * @param {(system: Ref, finish: (checksum: number) => void) => void} begin
 * @returns {Promise<Result>}
 */
async function timed(begin) {
  const system = start();
  const startMs = performance.now();
  const { checksum, endMs } = await new Promise((resolve) => {
    begin(system, (sum) => resolve({ checksum: sum, endMs: performance.now() }));
  });
  stop(system);
  return { elapsedMs: endMs - startMs, checksum };
}

/**
 * @param {Ref} parent
 * @param {(message: Message, self: Ref) => void} receive
 * @returns {Ref}
 */
function actor(parent, receive) {
  const behavior = (/** @type {Message} */ _, /** @type {Message} */ message, /** @type {Message} */ { self }) => {
    receive(message, self);
  };
  return spawn(parent, behavior, nextName());
}

let named = 0;

/** nact's own names are random numbers of 31 bits, of which two are alike among so many. */
const nextName = () => `actor-${named++}`;

/** @param {number} size */
function counting(size) {
  return timed((system, finish) => {
    let sent = 0;
    let seen = 0;
    let sum = 0;
    const counter = actor(system, (n) => {
      if (n === seen) sum += n;
      seen++;
      if (seen === size) finish(sum);
      else if (seen % BURST === 0) dispatch(source, 'grant');
    });
    const source = actor(system, () => {
      const end = Math.min(size, sent + BURST);
      // A message of its own each, as in every system.
      for (; sent < end; sent++) dispatch(counter, sent);
    });
    dispatch(source, 'grant');
  });
}

/** @param {number} size */
function pingPong(size) {
  return timed((system, finish) => {
    let left = size;
    let inOrder = 0;
    const ponger = actor(system, ({ n, from }) => dispatch(from, { n }));
    const pinger = actor(system, ({ n }, self) => {
      if (n === left) inOrder++;
      left--;
      if (left === 0) finish(inOrder);
      else dispatch(ponger, { n: left, from: self });
    });
    dispatch(ponger, { n: size, from: pinger });
  });
}

/** @param {number} size */
function threadRing(size) {
  return timed((system, finish) => {
    /** @type {Ref[]} */
    const members = [];
    for (let place = 0; place < RING_MEMBERS; place++) {
      const member = actor(system, ({ left, sum }) => {
        const mixed = mix(sum, left);
        if (left === 1) finish(mixed);
        else dispatch(members[(place + 1) % RING_MEMBERS], { left: left - 1, sum: mixed });
      });
      members.push(member);
    }
    dispatch(members[0], { left: size, sum: 0 });
  });
}

/** @param {number} size */
function forkJoin(size) {
  return timed((system, finish) => {
    let done = 0;
    let total = 0;
    const fork = actor(system, ({ sum }) => {
      total += sum;
      if (++done === FORK_JOIN_ACTORS) finish(total);
    });
    const legs = Array.from({ length: FORK_JOIN_ACTORS }, () => {
      let left = size;
      let sum = 0;
      return actor(system, ({ n }) => {
        sum = mix(sum, n);
        if (--left === 0) dispatch(fork, { sum });
      });
    });
    for (let n = 0; n < size; n++) for (const leg of legs) dispatch(leg, { n });
  });
}

/** @param {number} size */
function big(size) {
  return timed((system, finish) => {
    let done = 0;
    let total = 0;
    /** @type {Ref[]} */
    const guests = [];
    const host = actor(system, ({ pings, pongs }) => {
      total += (pings ?? 0) + (pongs ?? 0);
      done++;
      if (done === BIG_ACTORS) for (const guest of guests) dispatch(guest, { kind: 'count' });
      if (done === 2 * BIG_ACTORS) finish(total);
    });
    for (let place = 0; place < BIG_ACTORS; place++) guests.push(guest(place));
    for (const each of guests) dispatch(each, { kind: 'begin' });

    /** @param {number} place */
    function guest(place) {
      let seed = place;
      let sent = 0;
      let pings = 0;
      let pongs = 0;
      const ping = (/** @type {Ref} */ self) => {
        seed = nextSeed(seed);
        const other = chosen(seed, BIG_ACTORS - 1);
        dispatch(guests[other < place ? other : other + 1], { kind: 'ping', n: ++sent, from: self });
      };
      return actor(system, (message, self) => {
        if (message.kind === 'ping') {
          pings += message.n;
          dispatch(message.from, { kind: 'pong', n: message.n });
        } else if (message.kind === 'pong') {
          if (message.n === sent) pongs += message.n;
          if (sent === size) dispatch(host, {});
          else ping(self);
        } else if (message.kind === 'begin') {
          ping(self);
        } else {
          dispatch(host, { pings, pongs });
        }
      });
    }
  });
}

/** @param {number} size */
function banking(size) {
  return timed((system, finish) => {
    let seed = 1;
    let ordered = 0;
    let answered = 0;
    let shown = 0;
    let total = 0;
    const teller = actor(system, ({ n, balance }) => {
      if (balance !== undefined) {
        total += balance;
        if (++shown === ACCOUNTS) finish(total);
        return;
      }
      total += n;
      if (++answered < ordered) return;
      if (ordered < size) order();
      else for (const account of accounts) dispatch(account, { kind: 'show' });
    });
    const accounts = Array.from({ length: ACCOUNTS }, () => {
      let balance = OPENING;
      return actor(system, (message, self) => {
        const { kind, n, amount } = message;
        if (kind === 'transfer') {
          balance -= amount;
          dispatch(message.target, { kind: 'credit', n, amount, source: self });
        } else if (kind === 'credit') {
          balance += amount;
          dispatch(message.source, { kind: 'credited', n });
        } else if (kind === 'credited') {
          dispatch(teller, { n });
        } else {
          dispatch(teller, { balance });
        }
      });
    });
    const order = () => {
      const end = Math.min(size, ordered + TRANSFERS_AT_ONCE);
      for (let n = ordered; n < end; n++) {
        seed = nextSeed(seed);
        const source = chosen(seed, ACCOUNTS);
        seed = nextSeed(seed);
        const target = (source + 1 + chosen(seed, ACCOUNTS - 1)) % ACCOUNTS;
        dispatch(accounts[source], { kind: 'transfer', n, amount: 1 + (n & 1_023), target: accounts[target] });
      }
      ordered = end;
    };
    order();
  });
}

/**
 * Below the system, because an actor of nact copies the list of its children for each message.
 * @param {Ref} system
 * @param {number} size
 * @param {(sum: number) => void} finish
 */
function populate(system, size, finish) {
  let born = 0;
  let sum = 0;
  const mother = actor(system, ({ n }) => {
    sum += n;
    if (++born === size) finish(sum);
  });
  for (let n = 0; n < size; n++) {
    const greet = (/** @type {Message} */ _, /** @type {Message} */ message) => {
      dispatch(message.from, { n: message.n });
      return { n: message.n };
    };
    const child = spawn(system, greet, nextName());
    dispatch(child, { n, from: mother });
  }
}

/** @param {number} size */
const create = (size) => timed((system, finish) => populate(system, size, finish));

/** @param {number} size */
async function idle(size) {
  const system = start();
  const before = heapBytes();
  const checksum = await new Promise((/** @type {(sum: number) => void} */ resolve) => populate(system, size, resolve));
  const amount = (heapBytes() - before) / size;
  stop(system);
  return { amount, checksum };
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
