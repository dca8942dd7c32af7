/** The puppets that golden scripts and conformance cases use: one for each setting that they show. */
import type { SupervisionOptions } from '../../index.ts';
import { noteHook, Puppet, puppet, Recorder, Top } from './puppet.ts';

const supervisor = (name: string, supervision: SupervisionOptions) => puppet(name, { supervision });

const OneForOne = supervisor('OneForOne', { intensity: 100 });
const OneForAll = supervisor('OneForAll', { strategy: 'one_for_all', intensity: 100 });
const RestForOne = supervisor('RestForOne', { strategy: 'rest_for_one', intensity: 100 });
const Twice = supervisor('Twice', { intensity: 2 });
const Never = supervisor('Never', { intensity: 0 });
const PerChild = supervisor('PerChild', { intensity: 1, budget: 'per_child' });
const AllTwice = supervisor('AllTwice', { strategy: 'one_for_all', intensity: 2 });
/** Handles what waits before it stops. */
const Drainer = puppet('Drainer', { mailbox: { onStop: 'drain' } });
const Ruled = puppet('Ruled', {
  supervision: {
    intensity: 100,
    onFailure: {
      Resume: 'resume',
      Restart: 'restart',
      Stop: 'stop',
      Escalate: 'escalate',
      Inner: 'stop',
      Middle: 'stop',
    },
  },
});
/** Its own rules are the innermost. */
const Opinionated = puppet('Opinionated', { onFailure: { Inner: 'resume' } });
const Patient = puppet('Patient', {
  supervision: { intensity: 100, backoff: { minMs: 120, maxMs: 1_000, jitter: 0, stash: 3 } },
});
const Exact = puppet('Exact', {
  supervision: { intensity: 100, backoff: { minMs: 1_000, maxMs: 7_000, jitter: 0 } },
});
const AllPatient = puppet('AllPatient', {
  supervision: { strategy: 'one_for_all', intensity: 100, backoff: { minMs: 120, maxMs: 1_000, jitter: 0 } },
});
const Hooked = puppet('Hooked', {
  signals: {
    preRestart: (state, { kind, during }, ctx) => noteHook(state, `preRestart after ${kind} in ${during}`, ctx),
    postRestart: (state, _, ctx) => noteHook(state, 'postRestart', ctx),
  },
});
const BadStop = puppet('BadStop', {
  signals: {
    postStop: () => {
      throw new Error('no goodbye');
    },
  },
});
const Keeping = puppet('Keeping', {
  supervision: { keepChildren: true },
  signals: { postRestart: (state, _, ctx) => noteHook(state, 'postRestart', ctx) },
});
const Sleepy = puppet('Sleepy', { passivateAfterMs: 60 });
const DropNewest = puppet('DropNewest', { mailbox: { capacity: 10, overflow: 'drop-newest' } });
const DropOldest = puppet('DropOldest', { mailbox: { capacity: 10, overflow: 'drop-oldest' } });
const Blocking = puppet('Blocking', { mailbox: { capacity: 10, overflow: 'block' } });
const Pressing = puppet('Pressing', { mailbox: { capacity: 10, overflow: 'backpressure' } });
const Ranked = puppet('Ranked', {
  mailbox: { capacity: 6, priority: (message) => (message.kind === 'Work' ? Math.floor(message.n / 10) : 9) },
});
const RankedOldest = puppet('RankedOldest', {
  mailbox: {
    capacity: 6,
    overflow: 'drop-oldest',
    priority: (message) => (message.kind === 'Work' ? Math.floor(message.n / 10) : 9),
  },
});
const Impatient = puppet('Impatient', {
  mailbox: {
    deadlineMs: (message) => (message.kind === 'Work' || (message.kind === 'Double' && message.n > 100) ? 30 : 60_000),
  },
});
const SmallStash = puppet('SmallStash', { mailbox: { stash: 3 } });
const Full = puppet('Full', { mailbox: { capacity: 1 } });

export const PUPPETS = [
  Top,
  Recorder,
  Puppet,
  OneForOne,
  OneForAll,
  RestForOne,
  Twice,
  Never,
  PerChild,
  AllTwice,
  Drainer,
  Ruled,
  Opinionated,
  Patient,
  Exact,
  AllPatient,
  Hooked,
  BadStop,
  Keeping,
  Sleepy,
  DropNewest,
  DropOldest,
  Blocking,
  Pressing,
  Ranked,
  RankedOldest,
  Impatient,
  SmallStash,
  Full,
] as const;
