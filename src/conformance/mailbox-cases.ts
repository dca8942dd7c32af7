/** Mailboxes M1 to M6 and the stash M7. */
import type { Case } from './case.ts';

export const MAILBOX_CASES: readonly Case[] = [];
