/**
 * The readable form of a fragment: `name=value` pairs after each other. Values stay as they are written until somebody
 * asks for their text, because some of them have separators of their own: `,` and `~`, which no escaped text contains.
 */
import { refuse, shorten } from './refusal.ts';
import { LINK_LIMITS } from './shared-run.ts';

/** Half of a character of two code units: it has no percent-encoding. */
const LONE_SURROGATE = /\p{Cs}/u;
/** A byte that no UTF-8 has, so that every reader refuses the text instead of taking it for another one. */
const UNREADABLE = '%FF';

/** Percent-encodes everything that separates, and leaves paths readable. */
export function escapeText(text: string): string {
  return text
    .split(LONE_SURROGATE)
    .map(encodeURIComponent)
    .join(UNREADABLE)
    .replaceAll('%2F', '/')
    .replaceAll(/[~!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** @throws PlayhouseError `link-invalid` with that field */
export function unescapeText(text: string, field: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse(field, `"${shorten(text)}" in the link has a broken percent-encoding.`);
  }
}

const NUMBER = /^-?\d{1,22}(\.\d{1,24})?(e[+-]?\d{1,3})?$/;

/** @throws PlayhouseError `link-invalid` with that field */
export function readNumber(text: string, field: string): number {
  // There is no negative zero, which would be written as 0.
  if (NUMBER.test(text)) return Number(text) + 0;
  return refuse(field, `"${shorten(text)}" is not a number.`);
}

/** The fields of a query, and which of them nobody has asked for yet. */
export class Query {
  readonly #fields: ReadonlyMap<string, string>;
  readonly #unread: Set<string>;

  /** @throws PlayhouseError `link-invalid`, naming the field */
  constructor(query: string) {
    this.#fields = readFields(query);
    this.#unread = new Set(this.#fields.keys());
  }

  /** A value as it is written. */
  raw(key: string): string | undefined {
    this.#unread.delete(key);
    return this.#fields.get(key);
  }

  /** @throws PlayhouseError `link-invalid` with that field */
  text(key: string): string | undefined {
    const value = this.raw(key);
    return value === undefined ? undefined : unescapeText(value, key);
  }

  /** @throws PlayhouseError `link-invalid` with that field */
  number(key: string): number | undefined {
    const value = this.raw(key);
    return value === undefined ? undefined : readNumber(value, shorten(key));
  }

  has(key: string): boolean {
    return this.#fields.has(key);
  }

  keys(): Iterable<string> {
    return this.#fields.keys();
  }

  /** @throws PlayhouseError `link-invalid` where there is a field that nobody has asked for */
  end(): void {
    for (const key of this.#unread) {
      refuse(shorten(key), `The link has a field "${shorten(key)}" that this version does not know, or not here.`);
    }
  }
}

function readFields(query: string): ReadonlyMap<string, string> {
  const { fieldsMax } = LINK_LIMITS;
  const pairs = query.split('&', fieldsMax + 1);
  if (pairs.length > fieldsMax) return refuse(undefined, `The link has more than ${fieldsMax} fields.`);
  const fields = new Map<string, string>();
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals < 1) return refuse(shorten(pair), `"${shorten(pair)}" in the link is not of the form name=value.`);
    const key = unescapeText(pair.slice(0, equals), shorten(pair));
    if (fields.has(key)) return refuse(shorten(key), `The link gives "${shorten(key)}" twice.`);
    fields.set(key, pair.slice(equals + 1));
  }
  return fields;
}
