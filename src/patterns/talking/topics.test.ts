/** Topics: what is a subject and what is a pattern, and the tree against a matcher that compares one by one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addMember,
  checkPattern,
  checkSubject,
  emptyTopicTree,
  membersFor,
  patternMismatch,
  removeMember,
  subjectMismatch,
  topicMatches,
} from './topics.ts';

describe('subjects and patterns', () => {
  it.each(['a', 'a.b', 'orders.eu.placed', '__proto__.constructor', 'ä.ö'])('%s is a subject and a pattern', (text) => {
    expect([subjectMismatch(text), patternMismatch(text)]).toEqual([undefined, undefined]);
  });

  it.each(['*', '>', 'a.*', '*.b', 'a.*.c', 'a.>', '*.>', '*.*'])('%s is a pattern, and no subject', (text) => {
    expect(patternMismatch(text)).toBeUndefined();
    expect(() => checkSubject(text)).toThrowError(
      expect.objectContaining({
        code: 'invalid-message',
        field: 'topic',
        message: expect.stringContaining('wildcard'),
      }),
    );
  });

  it.each([
    ['', 'empty token'],
    ['.a', 'empty token'],
    ['a.', 'empty token'],
    ['a..b', 'empty token'],
    ['a b', 'a space'],
    ['a\t', 'a space'],
    ['>.a', '">" before'],
    ['a.>.b', '">" before'],
    ['a*.b', 'not a token of its own'],
    ['a.b>', 'not a token of its own'],
    ['**', 'not a token of its own'],
    ['x'.repeat(257), 'longer than 256'],
    [Array.from({ length: 17 }, () => 'a').join('.'), 'more than 16 tokens'],
  ])('%j is neither: it has %s', (text, why) => {
    expect(subjectMismatch(text)?.code).toBe('invalid-message');
    expect(() => checkPattern(text)).toThrowError(
      expect.objectContaining({
        code: 'invalid-message',
        field: 'pattern',
        message: expect.stringContaining(why),
      }),
    );
  });

  it.each([
    ['a.b', 'a.b', true],
    ['a.b', 'a.b.c', false],
    ['a.b', 'a', false],
    ['*', 'a', true],
    ['*', 'a.b', false],
    ['a.*', 'a', false],
    ['a.*', 'a.b', true],
    ['a.*', 'a.b.c', false],
    ['*.b', 'a.b', true],
    ['>', 'a', true],
    ['>', 'a.b.c', true],
    ['a.>', 'a', false],
    ['a.>', 'a.b', true],
    ['a.>', 'a.b.c', true],
    ['a.>', 'b.c', false],
    ['*.>', 'a', false],
    ['*.>', 'a.b', true],
  ])('%s takes %s: %s', (pattern, subject, fits) => {
    expect(topicMatches(pattern, subject)).toBe(fits);
    const tree = emptyTopicTree();
    addMember(tree, pattern, 1);
    expect(membersFor(tree, subject)).toEqual(fits ? [1] : []);
  });
});

const token = fc.constantFrom('a', 'b', 'c');
const subject = fc.array(token, { minLength: 1, maxLength: 4 }).map((tokens) => tokens.join('.'));
const pattern = fc
  .tuple(fc.array(fc.oneof(token, fc.constant('*')), { minLength: 1, maxLength: 3 }), fc.boolean())
  .map(([tokens, isOpen]) => (isOpen ? [...tokens, '>'] : tokens).join('.'));
const change = fc.record({ adds: fc.boolean(), pattern, member: fc.integer({ min: 1, max: 4 }) });

/** Another reading of the same rules, as a regular expression. */
function dumbMatch(wanted: string, text: string): boolean {
  const source = wanted.split('.').map((one) => (one === '*' ? '[^.]+' : one === '>' ? '[^.]+(\\.[^.]+)*' : one));
  return new RegExp(`^${source.join('\\.')}$`).test(text);
}

describe('the tree', () => {
  it('finds whom comparing one by one finds, after any changes, and forgets without a trace (seed 7)', () => {
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 30, size: 'max' }),
        fc.array(subject, { maxLength: 10 }),
        (changes, subjects) => {
          const tree = emptyTopicTree();
          const held = new Set<string>();
          for (const { adds, pattern: wanted, member } of changes) {
            const key = `${wanted} ${member}`;
            const changed = adds ? addMember(tree, wanted, member) : removeMember(tree, wanted, member);
            expect(changed).toBe(held.has(key) !== adds);
            if (adds) held.add(key);
            else held.delete(key);
          }
          const pairs = [...held].map((key) => key.split(' ') as [string, string]);
          for (const one of subjects) {
            const fitting = pairs.filter(([wanted]) => dumbMatch(wanted, one));
            const expected = [...new Set(fitting.map(([, member]) => Number(member)))].sort((a, b) => a - b);
            expect(membersFor(tree, one)).toEqual(expected);
            for (const [wanted] of pairs) expect(topicMatches(wanted, one)).toBe(dumbMatch(wanted, one));
          }
          for (const [wanted, member] of pairs) removeMember(tree, wanted, Number(member));
          expect(tree).toEqual(emptyTopicTree());
        },
      ),
      { seed: 7, numRuns: 500 },
    );
  });

  it('looks at few of many patterns', () => {
    const tree = emptyTopicTree();
    for (let member = 0; member < 10_000; member++) addMember(tree, `customers.${member}.*`, member);
    const get = Map.prototype.get;
    let looks = 0;
    Map.prototype.get = function (this: Map<unknown, unknown>, key: unknown) {
      looks++;
      return get.call(this, key);
    };
    try {
      expect(membersFor(tree, 'customers.77.moved')).toEqual([77]);
    } finally {
      Map.prototype.get = get;
    }
    expect(looks).toBeLessThan(20);
  });
});
