/** The page's end of the message traces: drains every worker's, numbers the messages, and keeps the latest ones. */
import type { MeasuredMessage, MeasuredMessages } from '../engine.ts';
import { MessageTraceReader } from './memory/message-trace.ts';

/** Messages kept for whoever asks. */
const MESSAGES_MAX = 4_096;

type PathOf = (actor: { readonly id: number; readonly generation: number }) => string | undefined;

export class MessageCollector {
  private readonly pathOf: PathOf;
  private readonly kindOf: (kind: number) => string;
  private readers: readonly MessageTraceReader[] = [];
  private lostBefore = 0;
  private messages: MeasuredMessage[] = [];
  private nextSequence = 1;

  constructor(pathOf: PathOf, kindOf: (kind: number) => string) {
    this.pathOf = pathOf;
    this.kindOf = kindOf;
  }

  /** From now on these; what is in them already happened when nobody looked. */
  bind(buffers: readonly SharedArrayBuffer[]): void {
    this.lostBefore = this.lost;
    this.readers = buffers.map((buffer) => new MessageTraceReader(buffer));
  }

  drain(): void {
    const fresh: MeasuredMessage[] = [];
    for (const reader of this.readers) {
      reader.drain(({ from, to, kind, ...times }) => {
        const receiver = this.pathOf(to);
        // Of actors that are not listed nothing is drawn.
        if (receiver === undefined) return;
        fresh.push({ sequence: 0, from: this.pathOf(from) ?? '', to: receiver, kind: this.kindOf(kind), ...times });
      });
    }
    // Workers write side by side; within one look the order of time is the best there is.
    fresh.sort((a, b) => a.sinceMs - b.sinceMs);
    for (const message of fresh) this.messages.push({ ...message, sequence: this.nextSequence++ });
    if (this.messages.length > MESSAGES_MAX * 1.25) this.messages = this.messages.slice(-MESSAGES_MAX);
  }

  since(from: number): MeasuredMessages {
    const first = this.messages[0]?.sequence ?? this.nextSequence;
    return { messages: this.messages.slice(Math.max(0, from - first)), lost: this.lost };
  }

  private get lost(): number {
    return this.readers.reduce((sum, reader) => sum + reader.lost, this.lostBefore);
  }
}
