/** Names that a pattern keeps for itself among those of its author: all that begin with its prefix. */
import { PlayhouseError } from '../../kernel/errors.ts';

/**
 * Refuses names that the pattern would overwrite without a word.
 *
 * @param owner name of the behavior, for the text
 * @param field of the options, whose keys are the names: `internal`
 * @param prefix of the pattern's own names: `store:`
 * @throws PlayhouseError `invalid-configuration`, naming the field
 */
export function checkOwn(owner: string, field: string, named: object, prefix: string): void {
  const clash = Object.keys(named).find((name) => name.startsWith(prefix));
  if (clash === undefined) return;
  const text = `${owner}: ${field}.${clash} begins with "${prefix}"; such names are the pattern's own.`;
  throw new PlayhouseError('invalid-configuration', text, `${field}.${clash}`);
}
