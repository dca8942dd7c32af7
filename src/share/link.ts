/**
 * Run ⇄ link. A fragment reads like a query (see run-query.ts), so that a person can see what a link will do before
 * following it. Where compressing it makes it shorter it is `v=2&z=…` instead: the same text, deflated, as base64url.
 *
 * Decoding treats the text as hostile. Its length is checked first, then the version, then every field; nothing unknown,
 * doubled or out of range is accepted, and no input makes it throw.
 */
import { unreachable } from '../base/assert.ts';
import type { Result } from '../base/result.ts';
import type { ErrorReport } from '../kernel/errors.ts';
import { checkRun } from './check-run.ts';
import { compress, decompress } from './compression.ts';
import { Query } from './query.ts';
import { refuse, refusing, shorten } from './refusal.ts';
import { QUERY_FIELDS, readQuery, writeQuery } from './run-query.ts';
import { LINK_LIMITS, SHARED_VERSION, type SharedRun } from './shared-run.ts';

const VERSION_FIELD = `v=${SHARED_VERSION}`;

/**
 * The fragment of a run, without `#`. It may be longer than a link may be, or carry what no reader accepts (a message that
 * is not JSON): `decodeRun` says so.
 */
export function encodeRun(run: SharedRun): string {
  const plain = writeQuery(run);
  // What would not be inflated again stays as it is: far too long, and seen to be.
  if (plain.length > LINK_LIMITS.inflatedBytesMax) return plain;
  const compressed = `${VERSION_FIELD}&z=${compress(plain.slice(VERSION_FIELD.length + 1))}`;
  return compressed.length < plain.length ? compressed : plain;
}

/** The run of a fragment (with or without `#`), or what is wrong with it. Never throws. */
export function decodeRun(fragment: string): Result<SharedRun, ErrorReport> {
  return refusing(() => {
    const text = fragment.startsWith('#') ? fragment.slice(1) : fragment;
    const { fragmentLengthMax } = LINK_LIMITS;
    if (text.length > fragmentLengthMax) {
      const message = `The link has ${text.length} characters; at most ${fragmentLengthMax} are read.`;
      return refuse(undefined, message, 'link-too-long');
    }
    const version = readVersion(text);
    const query = new Query(text);
    if (version === undefined) return refuse('v', 'The link does not say which version it is.');
    const readable = version > 1 && query.has('z') ? inflate(query) : query;
    return checkRun(readQuery(readable, version), QUERY_FIELDS);
  });
}

/** Looked for before anything else: what comes after a newer version may look like nothing we know. */
function readVersion(text: string): number | undefined {
  const written = /(?:^|&)v=([^&]*)/.exec(text)?.[1];
  if (written === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(written)) return refuse('v', `"${shorten(written)}" is not the version of a link.`);
  const version = Number(written);
  if (version <= SHARED_VERSION) return version;
  const message = `The link is of version ${version}; this page reads versions up to ${SHARED_VERSION}.`;
  return refuse('v', message, 'link-newer');
}

function inflate(query: Query): Query {
  const inflated = decompress(query.raw('z') ?? '');
  query.raw('v');
  query.end();
  switch (inflated.kind) {
    case 'damaged':
      return refuse('z', 'The compressed part of the link is damaged or not complete.');
    case 'too-large':
      return refuse('z', `The compressed part of the link stands for more than ${LINK_LIMITS.inflatedBytesMax} bytes.`);
    case 'text': {
      const inner = new Query(inflated.text);
      if (inner.has('v')) return refuse('v', 'The link gives "v" twice.');
      return inner;
    }
    default:
      return unreachable(inflated, 'inflated text');
  }
}
