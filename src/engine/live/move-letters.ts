/**
 * Letters about actors that move, as slots of the rings. All but `adopt` fit one slot: what they say is in its header. An
 * `adopt` is plain data, and is sent only if it and all mail behind it can be written: nothing of an actor may travel alone.
 */
import { unreachable } from '../../base/assert.ts';
import { PlayhouseError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Forwarded, MoveLetter } from '../../kernel/move-letter.ts';
import type { Ref } from '../../kernel/ref.ts';
import type { Registry } from '../../kernel/registry.ts';
import type { Signal } from '../../kernel/signal.ts';
import { encodeBounded, type KindCodec } from './memory/codec.ts';
import { readPlainData, writePlainData } from './memory/plain-data-codec.ts';
import type { SlotHeader } from './memory/ring.ts';
import type { Scratch } from './memory/scratch.ts';
import { encodeSignal, SLOT_TYPE } from './postbox.ts';

/** What writes a slot; a postbox (postbox.ts). */
export interface SlotWriter {
  readonly codecs: readonly KindCodec[];
  readonly scratch: Scratch;
  /** Writes the first `bytes` bytes of the scratch. */
  put(
    type: number,
    kind: number,
    receiver: number,
    generation: number,
    ask: number,
    sender: number,
    bytes: number,
  ): unknown;
}

/** The kind of a slot of type `move`. */
const LETTER = { adopt: 1, moved: 2, passed: 3, flush: 4, flushed: 5, unflushed: 6 } as const;

/** False when it is an `adopt` with something in it that cannot travel. */
export function writeLetter(writer: SlotWriter, letter: MoveLetter): boolean {
  switch (letter.type) {
    case 'adopt':
      return writeAdopt(writer, letter);
    case 'moved': {
      const { words } = writer.scratch;
      const { hop, departure, era } = letter.move;
      words.set([letter.worker, hop, departure, era, letter.asks ? 1 : 0]);
      note(writer, LETTER.moved, letter.ref, 0, 5 * Int32Array.BYTES_PER_ELEMENT);
      return true;
    }
    case 'passed':
      note(writer, LETTER.passed, letter.ref, letter.hop);
      return true;
    case 'flush':
      note(writer, LETTER.flush, letter.ref, 0);
      return true;
    case 'flushed':
      note(writer, LETTER.flushed, letter.ref, letter.worker);
      return true;
    case 'unflushed':
      note(writer, LETTER.unflushed, letter.ref, letter.worker);
      return true;
    case 'mail':
      return unreachable(letter as never, 'letter');
  }
}

function note(writer: SlotWriter, kind: number, { id, generation }: Ref, value: number, bytes = 0): void {
  writer.put(SLOT_TYPE.move, kind, id, generation, value, 0, bytes);
}

type Adopt = Extract<MoveLetter, { readonly type: 'adopt' }>;

function writeAdopt(writer: SlotWriter, { actor, move, barrier, mail }: Adopt): boolean {
  const { codecs, scratch } = writer;
  const { id, generation } = actor.ref;
  const letter = { type: 'adopt', actor, move, barrier, mail: [] };
  try {
    for (const { message, kind } of mail) (codecs[kind.index] as KindCodec).encode(scratch, message);
    const bytes = encodeBounded(scratch, 'actor', writePlainData, letter);
    writer.put(SLOT_TYPE.move, LETTER.adopt, id, generation, 0, 0, bytes);
  } catch (thrown) {
    if (thrown instanceof PlayhouseError) return false;
    throw thrown;
  }
  for (const { message, kind } of mail) {
    const bytes = (codecs[kind.index] as KindCodec).encode(scratch, message);
    writer.put(SLOT_TYPE.mail, kind.index, id, generation, 0, 0, bytes);
  }
  return true;
}

export function writeForwarded(writer: SlotWriter, mail: Forwarded): void {
  const { codecs, scratch } = writer;
  const { id, generation, ask } = mail.to;
  if ('signal' in mail) {
    const bytes = encodeSignal(scratch, mail.signal);
    writer.put(SLOT_TYPE.forwardedSignal, 0, id, generation, 0, 0, bytes);
  } else {
    const bytes = (codecs[mail.kind.index] as KindCodec).encode(scratch, mail.message);
    writer.put(SLOT_TYPE.forwarded, mail.kind.index, id, generation, ask, mail.sender, bytes);
  }
}

/** By the number of each kind, the number of its protocol: slots name only the kind. */
export function protocolsOfKinds({ protocols }: Registry): readonly number[] {
  const found: number[] = [];
  for (const { index, kinds } of protocols) for (const kind of kinds.values()) found[kind.index] = index;
  return found;
}

/** Hands on a slot of one of those types. The scratch is at the beginning of its payload. */
export function receiveMoveSlot(
  kernel: Kernel,
  from: number,
  { type, kind, receiver: id, generation, ask, sender }: SlotHeader,
  scratch: Scratch,
  codecs: readonly KindCodec[],
): void {
  const { whereabouts } = kernel;
  const to: Ref = { node: 0, id, generation, ask: type === SLOT_TYPE.move ? 0 : ask, protocol: 0 };
  if (type === SLOT_TYPE.move) {
    whereabouts.receive(from, readLetter(kind, to, ask, scratch));
  } else if (type === SLOT_TYPE.forwardedSignal) {
    whereabouts.receiveForwarded(to, { signal: readPlainData(scratch) as Signal });
  } else {
    const message = (codecs[kind] as KindCodec).decode(scratch);
    if (type === SLOT_TYPE.mail) whereabouts.receive(from, { type: 'mail', to, message });
    else whereabouts.receiveForwarded(to, { message, ask, sender });
  }
}

function readLetter(kind: number, ref: Ref, value: number, scratch: Scratch): MoveLetter {
  switch (kind) {
    case LETTER.adopt:
      return readPlainData(scratch) as Adopt;
    case LETTER.moved: {
      const [worker = 0, hop = 0, departure = 0, era = 0, asks = 0] = scratch.words.subarray(0, 5);
      return { type: 'moved', ref, worker, move: { hop, departure, era }, asks: asks === 1 };
    }
    case LETTER.passed:
      return { type: 'passed', ref, hop: value };
    case LETTER.flush:
      return { type: 'flush', ref };
    case LETTER.unflushed:
      return { type: 'unflushed', ref, worker: value };
    default:
      return { type: 'flushed', ref, worker: value };
  }
}
