/** What is on its way between virtual workers, or held up by a fault of the network. */
import { unreachable } from '../../base/assert.ts';
import type { HeapEntry } from '../../base/heap.ts';
import type { AnyMessage, Ref } from '../../kernel/ref.ts';
import type { Signal, SpawnRequest } from '../../kernel/signal.ts';
import type { Author } from './provenance.ts';

export type Load =
  | { readonly type: 'message'; readonly to: Ref; readonly message: AnyMessage; readonly sender: number }
  | { readonly type: 'signal'; readonly to: Ref; readonly signal: Signal }
  | { readonly type: 'spawn'; readonly request: SpawnRequest };

export class Mail implements HeapEntry {
  /** When it arrives. */
  dueMs: number;
  order = 0;
  place = -1;
  /** The same in every replay. */
  readonly id: number;
  /** Workers. */
  readonly from: number;
  readonly to: number;
  readonly load: Load;
  readonly sentMs: number;
  /** Who sent it, and in which step. */
  readonly author: Author;

  constructor(id: number, from: number, to: number, load: Load, sentMs: number, dueMs: number, author: Author) {
    this.id = id;
    this.from = from;
    this.to = to;
    this.load = load;
    this.sentMs = sentMs;
    this.dueMs = dueMs;
    this.author = author;
  }
}

/** What it is about, for whoever looks at it on its way. */
export function contentOfMail({ load }: Mail) {
  switch (load.type) {
    case 'message':
      return { kind: load.message.kind, isSignal: false, message: load.message as unknown };
    case 'signal':
      return { kind: load.signal.type, isSignal: true, message: load.signal as unknown };
    case 'spawn':
      return { kind: 'spawn', isSignal: true, message: load.request as unknown };
    default:
      return unreachable(load, 'load');
  }
}
