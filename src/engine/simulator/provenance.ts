/**
 * Where things come from: for each message, signal and deadline the step that made it. Kept beside the objects, so that the
 * kernel needs to know nothing of it and a keyframe that shares a message shares its provenance too.
 */
export class Provenance {
  /** 0: the start of the run. */
  readonly step: number;
  /** Row of the actor that sent it; −1 for nobody. */
  readonly sender: number;
  readonly sentMs: number;
  /** When it was in the mailbox; the same as `sentMs` until then. */
  arrivedMs: number;

  constructor(step: number, sender: number, sentMs: number) {
    this.step = step;
    this.sender = sender;
    this.sentMs = sentMs;
    this.arrivedMs = sentMs;
  }
}

/** What a turn, or a fault, is about to be blamed for. */
export interface Author {
  readonly step: number;
  readonly sender: number;
}

export class Provenances {
  private readonly known = new WeakMap<object, Provenance>();

  of(thing: object): Provenance | undefined {
    return this.known.get(thing);
  }

  note(thing: object, provenance: Provenance): void {
    this.known.set(thing, provenance);
  }

  /** A copy comes from where its original came. */
  copied(original: object, copy: object): void {
    const provenance = this.known.get(original);
    if (provenance !== undefined) this.known.set(copy, provenance);
  }
}
