/** What a person may call a branch: what a link can carry. */
import { RUN_LIMITS } from '../../kernel/intervention.ts';

/** Without control characters, broken or overlong text; empty where nothing is left. */
export function cleanBranchName(text: string): string {
  const clean = text.replaceAll(/[\p{Cc}\p{Cs}]/gu, '').trim();
  let name = '';
  // By whole characters: half of one is none.
  for (const character of clean) {
    if (name.length + character.length > RUN_LIMITS.branchNameLengthMax) break;
    name += character;
  }
  return name.trim();
}
