/**
 * Guards against hidden time and chance: while actors have their turns, the clocks and dice of the platform answer with
 * virtual time and fixed numbers, and who asked them is reported. So a run repeats even where an actor cheats.
 *
 * Guards are in place only during a call of `withGuards`, which is synchronous: nobody else's code runs meanwhile.
 */
import { fnv1a } from '../../base/hash.ts';
import type { RunReport } from '../simulation.ts';
import type { Recorder } from './recorder.ts';

type Plain = Record<string, unknown>;

/** What is replaced: where it is, what it is called, and what it answers. */
interface Guarded {
  readonly owner: Plain;
  readonly name: string;
  readonly replacement: unknown;
}

export function withGuards<T>(recorder: Recorder | undefined, call: () => T): T {
  if (recorder === undefined || recorder.isGuarded) return call();
  const guarded = guardsOf(recorder);
  const originals = guarded.map(({ owner, name }) => Object.getOwnPropertyDescriptor(owner, name));
  recorder.isGuarded = true;
  for (const { owner, name, replacement: value } of guarded) {
    Object.defineProperty(owner, name, { value, configurable: true, writable: true });
  }
  try {
    return call();
  } finally {
    for (const [index, { owner, name }] of guarded.entries()) {
      const original = originals[index];
      if (original === undefined) delete owner[name];
      else Object.defineProperty(owner, name, original);
    }
    recorder.isGuarded = false;
  }
}

/** Made once for each recorder: replacing is then a few assignments. */
function guardsOf(recorder: Recorder): readonly Guarded[] {
  recorder.guards ??= makeGuards(recorder);
  return recorder.guards as readonly Guarded[];
}

const TIME = 'Ask ctx.now() for the time: virtual time is the same in every run.';
const CHANCE = 'Ask ctx.random() for chance: its numbers follow from the seed.';

function makeGuards(recorder: Recorder): readonly Guarded[] {
  const RealDate = Date;
  const note = (what: RunReport['what'], name: string): void => {
    const { cell, isInTurn } = recorder;
    // Outside of turns it is the simulator itself, or an author's property.
    if (cell === undefined || !isInTurn) return;
    const remedy = what === 'hidden-time' ? TIME : CHANCE;
    recorder.report(cell.path, { what, field: name, text: `It called ${name}. ${remedy}` });
  };
  const nowMs = (): number => recorder.nowMs;
  // From the step and the number of the question in it, so that the same step gives the same answers.
  const random = (): number => fnv1a(`${recorder.author.step}.${recorder.asked++}`) / 2 ** 32;
  const GuardedDate = new Proxy(RealDate, {
    construct(target, args: unknown[]) {
      if (args.length > 0) return Reflect.construct(target, args) as object;
      note('hidden-time', 'new Date()');
      return new RealDate(nowMs());
    },
    apply() {
      note('hidden-time', 'Date()');
      return new RealDate(nowMs()).toString();
    },
    get(target, name) {
      if (name !== 'now') return Reflect.get(target, name) as unknown;
      return () => {
        note('hidden-time', 'Date.now()');
        return Math.floor(nowMs());
      };
    },
  });
  const guards: Guarded[] = [
    { owner: globalThis as unknown as Plain, name: 'Date', replacement: GuardedDate },
    {
      owner: Math as unknown as Plain,
      name: 'random',
      replacement: () => {
        note('hidden-chance', 'Math.random()');
        return random();
      },
    },
    {
      owner: performance as unknown as Plain,
      name: 'now',
      replacement: () => {
        note('hidden-time', 'performance.now()');
        return nowMs();
      },
    },
  ];
  if (typeof crypto === 'undefined') return guards;
  return [
    ...guards,
    {
      owner: crypto as unknown as Plain,
      name: 'getRandomValues',
      replacement: <V extends ArrayBufferView>(view: V): V => {
        note('hidden-chance', 'crypto.getRandomValues()');
        const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
        for (let index = 0; index < bytes.length; index++) bytes[index] = random() * 256;
        return view;
      },
    },
    {
      owner: crypto as unknown as Plain,
      name: 'randomUUID',
      replacement: () => {
        note('hidden-chance', 'crypto.randomUUID()');
        const digits = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
        return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
      },
    },
  ];
}
