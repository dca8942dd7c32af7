import { PlainCopier } from '../../kernel/plain-copier.ts';

/** A copy that goes on its own; what cannot be copied is told by its kind. */
export function copied<T>(value: T): T {
  return new PlainCopier().value(value);
}
