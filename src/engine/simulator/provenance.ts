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

  /** A copy comes from where its original came. */
  copied(original: object, copy: object): void {
    const provenance = Stamp.of(original);
    if (provenance !== undefined) Stamp.put(copy, provenance);
  }
}
