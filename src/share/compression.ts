/**
 * Text ⇄ deflate-raw ⇄ base64url. Inflating trusts nothing: the compressed bytes go in a few at a time, and it ends as soon
 * as more came out than a link may stand for. So a few bytes that would become gigabytes cost no more than that bound.
 */
import { deflateSync, Inflate } from 'fflate';
import { LINK_LIMITS } from './shared-run.ts';

/** Compressed bytes that are inflated at a time. */
const SLICE_BYTES = 64;
/**
 * The most that one slice can become: a stored block that it completes (65,535 bytes), and two bits for every 258 bytes of
 * the densest code.
 */
export const SLICE_PRODUCED_MAX = 65_535 + SLICE_BYTES * 4 * 258;

type Inflated =
  | { readonly kind: 'text'; readonly text: string; readonly produced: number }
  /** Not deflate-raw, not complete, or not UTF-8. */
  | { readonly kind: 'damaged'; readonly produced: number }
  | { readonly kind: 'too-large'; readonly produced: number };

export function compress(text: string): string {
  return toBase64Url(deflateSync(new TextEncoder().encode(text), { level: 9 }));
}

/** The text behind base64url, and how many bytes were inflated to find out. Never throws. */
export function decompress(encoded: string): Inflated {
  const compressed = fromBase64Url(encoded);
  if (compressed === undefined) return { kind: 'damaged', produced: 0 };
  const parts: Uint8Array[] = [];
  let produced = 0;
  const inflate = new Inflate((part) => {
    produced += part.length;
    parts.push(part);
  });
  try {
    for (let at = 0; at < compressed.length; at += SLICE_BYTES) {
      const end = at + SLICE_BYTES;
      inflate.push(compressed.subarray(at, end), end >= compressed.length);
      if (produced > LINK_LIMITS.inflatedBytesMax) return { kind: 'too-large', produced };
    }
    const text = new TextDecoder('utf-8', { fatal: true }).decode(joined(parts, produced));
    return { kind: 'text', text, produced };
  } catch {
    return { kind: 'damaged', produced };
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function toBase64Url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function fromBase64Url(text: string): Uint8Array | undefined {
  if (!/^[\w-]+$/.test(text) || text.length % 4 === 1) return undefined;
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
