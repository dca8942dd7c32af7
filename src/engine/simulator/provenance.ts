/**
 * Where things come from: for each message, signal and deadline the step that made it. Kept beside the objects, so that the
 * kernel needs to know nothing of it and a keyframe that shares a message shares its provenance too.
 */
export class Provenance {
  /** 0: the start of the run. */
  readonly step: number;
  /** Row of the actor that sent it; −1 for nobody. */
  readonly sender: number;
  /** Of the actor whose step that was; 0 for none. */
  readonly lifeline: number;
  readonly sentMs: number;
  /** When it was in the mailbox; the same as `sentMs` until then. */
  arrivedMs: number;
  /** The message as it was when it was sent, where something in it cannot be frozen. */
  softCopy: unknown;

  constructor({ step, sender, lifeline }: Author, sentMs: number) {
    this.step = step;
    this.sender = sender;
    this.lifeline = lifeline;
    this.sentMs = sentMs;
    this.arrivedMs = sentMs;
    this.softCopy = undefined;
  }

  copy(): Provenance {
    const copy = new Provenance(this, this.sentMs);
    copy.arrivedMs = this.arrivedMs;
    copy.softCopy = this.softCopy;
    return copy;
  }
}

/** What a turn, or a fault, is about to be blamed for. */
export interface Author {
  readonly step: number;
  readonly sender: number;
  /** Names outlive actors, and rows do not: see names.ts. */
  readonly lifeline: number;
}

/** Nobody's doing: the start of the run. */
export const START: Author = { step: 0, sender: -1, lifeline: 0 };

class Bearer {
  constructor(thing: object) {
    // biome-ignore lint/correctness/noConstructorReturn: the subclass puts its private field on that very object.
    return thing;
  }
}

/**
 * A private field on somebody else's object: nobody can see it, copies do not carry it, and it is as fast as any field. A
 * WeakMap would do the same; at a million messages a second its entries keep the garbage collector busy.
 */
class Stamp extends Bearer {
  #provenance: Provenance;

  constructor(thing: object, provenance: Provenance) {
    super(thing);
    this.#provenance = provenance;
  }

  static of(thing: object): Provenance | undefined {
    return #provenance in thing ? thing.#provenance : undefined;
  }

  static put(thing: object, provenance: Provenance): void {
    if (#provenance in thing) thing.#provenance = provenance;
    else new Stamp(thing, provenance);
  }
}

export class Provenances {
  of(thing: object): Provenance | undefined {
    return Stamp.of(thing);
  }

  /** @param thing must not be frozen, unless it has a provenance already */
  note(thing: object, provenance: Provenance): void {
    Stamp.put(thing, provenance);
  }

  /** A copy comes from where its original came; when it arrives is its own affair. */
  copied(original: object, copy: object): void {
    const provenance = Stamp.of(original);
    if (provenance !== undefined) Stamp.put(copy, provenance.copy());
  }
}
