/**
 * The graph of everything that can be reached from a value, written down: equal graphs have the same shape, the same
 * contents, and the same object wherever one is found twice. It knows no class of the kernel but those that must not be
 * looked into, so that nothing which the kernel may get one day is left out.
 */
import { Deque } from '../../base/deque.ts';
import type { Kernel } from '../kernel.ts';

export interface Graph {
  /** One line an object, in the order in which they are met. */
  readonly lines: readonly string[];
  /** Every object that can change. */
  readonly changeable: ReadonlySet<object>;
}

type Named = readonly (readonly [name: string, value: unknown])[];

/** What belongs to all snapshots of a system alike: it is known by its identity and not looked into. */
export class Landmarks {
  private readonly known = new Map<object, number>();

  constructor(kernels: readonly Kernel[]) {
    for (const kernel of kernels) {
      const { host, registry } = kernel;
      for (const one of [kernel, host, registry, kernel['context']]) this.add(one);
      for (const entry of registry.behaviors) {
        for (const one of [entry, entry.handlers, entry.definition.mailbox, ...entry.become.values()]) this.add(one);
      }
    }
  }

  private add(landmark: object): void {
    this.known.set(landmark, this.known.size);
  }

  /** Its name; undefined for what is none. Functions are made anew in every run, by mailboxes, and are not told apart. */
  nameOf(value: object): string | undefined {
    if (typeof value === 'function') return `function ${value.name}`;
    const number = this.known.get(value);
    return number === undefined ? undefined : `landmark ${number}`;
  }
}

export function graphOf(root: unknown, landmarks: Landmarks): Graph {
  const places = new Map<object, number>();
  const found: object[] = [];
  const written = (value: unknown): string => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) {
      return Object.is(value, -0) ? '-0' : typeof value === 'string' ? JSON.stringify(value) : String(value);
    }
    const landmark = landmarks.nameOf(value);
    if (landmark !== undefined) return landmark;
    const known = places.get(value);
    if (known !== undefined) return `#${known}`;
    places.set(value, found.length);
    found.push(value);
    return `#${found.length - 1}`;
  };
  const lines: string[] = [`root ${written(root)}`];
  const changeable = new Set<object>();
  for (const value of found) {
    if (!Object.isFrozen(value) || value instanceof Map || value instanceof Set) changeable.add(value);
    const fields = fieldsOf(value).map(([name, inner]) => `${name}: ${written(inner)}`);
    const name = Object.getPrototypeOf(value)?.constructor.name ?? 'null';
    lines.push(`#${places.get(value)} ${Object.isFrozen(value) ? 'frozen ' : ''}${name} { ${fields.join(', ')} }`);
  }
  return { lines, changeable };
}

/** A kernel itself is a landmark: this is the root of everything in it. */
export function partsOf(kernel: Kernel): object {
  const { host: _, registry: __, context: ___, stems: ____, ...parts } = kernel as unknown as Record<string, unknown>;
  return parts;
}

function fieldsOf(value: object): Named {
  // How a queue lies in its ring is nobody's business.
  if (value instanceof Deque) return Array.from({ length: value.length }, (_, index) => [`${index}`, value.at(index)]);
  if (value instanceof Map) {
    return [...value].flatMap(([key, inner], index) => [[`key ${index}`, key] as const, [`${index}`, inner] as const]);
  }
  if (value instanceof Set) return [...value].map((inner, index) => [`${index}`, inner]);
  if (value instanceof ArrayBuffer) return [['bytes', new Uint8Array(value).join(' ')]];
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value;
    return Object.entries({ buffer, byteOffset, byteLength });
  }
  return Object.entries(value);
}
