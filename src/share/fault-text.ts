/**
 * Faults as short text: the kind, what every fault of that kind has, and the rest by name. For example
 * `crash,/shop/orders/worker-1,errorKind=Declined` or `delay,/shop/payments,0.5,200,from=/shop/gateway`.
 */
import type { Fault } from '../kernel/fault.ts';
import { escapeText, readNumber, unescapeText } from './query.ts';
import { refuse, shorten } from './refusal.ts';

/** Members of the faults of a kind, or of all, without the kind. */
type FaultMember<K = unknown, F = Fault> = F extends { readonly kind: infer Kinds }
  ? unknown extends K
    ? Exclude<keyof F, 'kind'>
    : K extends Kinds
      ? Exclude<keyof F, 'kind'>
      : never
  : never;

/** What comes first, without a name. */
const POSITIONAL: { readonly [K in Fault['kind']]: readonly FaultMember<K>[] } = {
  crash: ['path'],
  hang: ['path'],
  slow: ['path', 'delayMs'],
  pause: ['path'],
  resume: ['path'],
  poison: ['path'],
  flood: ['path', 'count'],
  'trip-breaker': ['path'],
  'reset-breaker': ['path'],
  'force-breaker': ['path', 'to'],
  'set-parameter': ['name', 'value'],
  'kill-worker': ['worker'],
  drop: ['to', 'probability'],
  duplicate: ['to', 'probability'],
  delay: ['to', 'probability', 'delayMs'],
  reorder: ['to', 'probability', 'delayMs'],
  'in-flight': ['message', 'action'],
};

const TYPES: Readonly<Record<FaultMember, 'text' | 'number'>> = {
  path: 'text',
  error: 'text',
  errorKind: 'text',
  forMs: 'number',
  delayMs: 'number',
  factor: 'number',
  count: 'number',
  to: 'text',
  from: 'text',
  name: 'text',
  value: 'number',
  worker: 'number',
  probability: 'number',
  message: 'number',
  action: 'text',
};

export function faultText(fault: Fault): string {
  const members = new Map<string, string | number | undefined>(Object.entries(fault));
  const positional: readonly string[] = POSITIONAL[fault.kind];
  const parts: string[] = [fault.kind, ...positional.map((name) => escapeText(String(members.get(name))))];
  for (const [name, value] of members) {
    if (name === 'kind' || value === undefined || positional.includes(name)) continue;
    parts.push(`${name}=${escapeText(String(value))}`);
  }
  return parts.join(',');
}

/**
 * What the text says, for `checkSharedFault` to judge.
 * @throws PlayhouseError `link-invalid` with that field
 */
export function readFault(text: string, field: string): Readonly<Record<string, string | number>> {
  const [kind = '', ...parts] = text.split(',');
  if (!Object.hasOwn(POSITIONAL, kind)) return refuse(field, `There is no fault "${shorten(kind)}".`);
  const positional = POSITIONAL[kind as Fault['kind']];
  const members = new Map<string, string | number>([['kind', kind]]);
  for (const [index, part] of parts.entries()) {
    const equals = part.indexOf('=');
    const name = positional[index] ?? part.slice(0, Math.max(0, equals));
    const value = index < positional.length ? part : part.slice(equals + 1);
    if (!isMember(name)) return refuse(field, `A fault "${kind}" has no "${shorten(part)}".`);
    if (members.has(name)) return refuse(field, `A fault "${kind}" has its ${name} twice.`);
    members.set(name, TYPES[name] === 'number' ? readNumber(value, field) : unescapeText(value, field));
  }
  return Object.fromEntries(members);
}

function isMember(name: string): name is FaultMember {
  return Object.hasOwn(TYPES, name);
}
