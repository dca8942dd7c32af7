/**
 * Topics: subjects and patterns as in NATS, and the tree that finds who wants a subject.
 *
 * A subject is tokens between dots: `orders.eu.placed`. In a pattern `*` stands for exactly one token and `>` for one or
 * more, at the end only: `orders.*.placed`, `orders.>`. Neither is ever part of a longer token. Plain functions on plain
 * data; nothing here sends anything. (docs.nats.io, "Subject-Based Messaging".)
 *
 * Invariant of a tree: every node but the root leads to a member, so that it never outgrows its patterns.
 */
import { type ErrorReport, errorFrom, reportOf } from '../../kernel/errors.ts';

/** What NATS recommends: subjects of at most 16 tokens and 256 characters. Longer ones are refused. */
export const TOPIC_LIMITS = { lengthMax: 256, tokensMax: 16 } as const;

/** Why a text is not a subject that can be published, as an `invalid-message` that names the field; or undefined. */
export function subjectMismatch(subject: string, field = 'topic'): ErrorReport | undefined {
  const isPattern = /[*>]/.test(subject);
  const wrong = tokensMismatch(subject) ?? (isPattern ? 'has a wildcard, which only patterns may have' : undefined);
  return mismatch('subject', subject, wrong, field);
}

/** Why a text is not a pattern that can be subscribed to, as an `invalid-message` that names the field; or undefined. */
export function patternMismatch(pattern: string, field = 'pattern'): ErrorReport | undefined {
  return mismatch('pattern', pattern, tokensMismatch(pattern) ?? wildcardMismatch(pattern.split('.')), field);
}

/** Refuses what is no subject to publish under. @throws PlayhouseError `invalid-message`, naming the field */
export function checkSubject(subject: string, field = 'topic'): void {
  throwIf(subjectMismatch(subject, field));
}

/** Refuses what is no pattern to subscribe to. @throws PlayhouseError `invalid-message`, naming the field */
export function checkPattern(pattern: string, field = 'pattern'): void {
  throwIf(patternMismatch(pattern, field));
}

function throwIf(report: ErrorReport | undefined): void {
  if (report !== undefined) throw errorFrom(report);
}

function mismatch(what: string, text: string, wrong: string | undefined, field: string): ErrorReport | undefined {
  if (wrong === undefined) return undefined;
  return reportOf('invalid-message', `${field}: the ${what} "${shortened(text)}" ${wrong}.`, field);
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function tokensMismatch(text: string): string | undefined {
  const { lengthMax, tokensMax } = TOPIC_LIMITS;
  if (text.length > lengthMax) return `is longer than ${lengthMax} characters`;
  if (/\s/.test(text)) return 'has a space';
  const tokens = text.split('.');
  if (tokens.includes('')) return 'has an empty token';
  return tokens.length > tokensMax ? `has more than ${tokensMax} tokens` : undefined;
}

function wildcardMismatch(tokens: readonly string[]): string | undefined {
  const mixed = tokens.find((token) => token.length > 1 && /[*>]/.test(token));
  if (mixed !== undefined) return `has the token "${mixed}", where a wildcard is not a token of its own`;
  const rest = tokens.indexOf('>');
  return rest >= 0 && rest < tokens.length - 1 ? 'has ">" before its last token' : undefined;
}

/** Whether a subject fits a pattern; both must be valid. For one pattern; a tree is for many. */
export function topicMatches(pattern: string, subject: string): boolean {
  const wanted = pattern.split('.');
  const tokens = subject.split('.');
  const isOpen = wanted.at(-1) === '>';
  if (isOpen ? tokens.length < wanted.length : tokens.length !== wanted.length) return false;
  return wanted.every((token, index) => token === '*' || token === '>' || token === tokens[index]);
}

/** Members by the pattern they want: one node a token. Wildcards are tokens like others, since no subject has them. */
export interface TopicTree {
  readonly next: Map<string, TopicTree>;
  /** Numbers of those whose pattern ends here. */
  readonly members: Set<number>;
}

export function emptyTopicTree(): TopicTree {
  return { next: new Map(), members: new Set() };
}

/** Adds a member under a valid pattern. @returns false when it is there already */
export function addMember(tree: TopicTree, pattern: string, member: number): boolean {
  let node = tree;
  for (const token of pattern.split('.')) {
    let next = node.next.get(token);
    if (next === undefined) {
      next = emptyTopicTree();
      node.next.set(token, next);
    }
    node = next;
  }
  if (node.members.has(member)) return false;
  node.members.add(member);
  return true;
}

/** Takes a member from a pattern, and with it the branch that leads to nobody else. @returns false when it is not there */
export function removeMember(tree: TopicTree, pattern: string, member: number): boolean {
  return removeBelow(tree, pattern.split('.'), 0, member);
}

function removeBelow(node: TopicTree, tokens: readonly string[], depth: number, member: number): boolean {
  const token = tokens[depth];
  if (token === undefined) return node.members.delete(member);
  const next = node.next.get(token);
  if (next === undefined || !removeBelow(next, tokens, depth + 1, member)) return false;
  if (next.members.size === 0 && next.next.size === 0) node.next.delete(token);
  return true;
}

/** Members that want a valid subject, each once and in ascending order, however many of their patterns fit. */
export function membersFor(tree: TopicTree, subject: string): readonly number[] {
  const found = new Set<number>();
  collect(tree, subject.split('.'), 0, found);
  return [...found].sort((a, b) => a - b);
}

function collect(node: TopicTree, tokens: readonly string[], depth: number, found: Set<number>): void {
  const token = tokens[depth];
  if (token === undefined) {
    for (const member of node.members) found.add(member);
    return;
  }
  for (const member of node.next.get('>')?.members ?? []) found.add(member);
  const exact = node.next.get(token);
  if (exact !== undefined) collect(exact, tokens, depth + 1, found);
  const any = node.next.get('*');
  if (any !== undefined) collect(any, tokens, depth + 1, found);
}
