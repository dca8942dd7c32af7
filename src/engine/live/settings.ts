/**
 * The figures of a live run's structure, as a person may set them: the field's terms, their defaults and their bounds. What
 * cannot be set in a browser is listed with the reason, so that the page can say it instead of pretending.
 */
import { checkWhole, PlayhouseError } from '../../kernel/errors.ts';

export interface LiveSettings {
  /** Turns of one actor before the next one's: the throughput of a dispatcher. */
  readonly batch: number;
  /** Turns before a worker looks at its rings and its clock again. */
  readonly turnsPerRound: number;
  /** Longest time that a worker looks for work before it sleeps, in fruitless looks; it spins less where that does not pay. */
  readonly spinsMax: number;
  /** Slots of each ring between two workers; a power of two. */
  readonly ringSlots: number;
  /** Whether idle workers ask others for actors. */
  readonly stealing: boolean;
  /** For tests: each worker asks for actors so often, idle or not, and is given some; 0: never. */
  readonly forceStealMs: number;
}

export const LIVE_SETTINGS: LiveSettings = {
  batch: 128,
  turnsPerRound: 1_024,
  spinsMax: 4_000,
  ringSlots: 1_024,
  stealing: true,
  forceStealMs: 0,
};

/** The defaults with what was given in their place. @throws PlayhouseError `invalid-configuration`, naming the setting */
export function checkSettings(given: Partial<LiveSettings>): LiveSettings {
  const settings = { ...LIVE_SETTINGS, ...given };
  checkWhole('batch', settings.batch, 1, 1_024);
  checkWhole('turnsPerRound', settings.turnsPerRound, 1, 65_536);
  checkWhole('spinsMax', settings.spinsMax, 0, 10_000_000);
  checkWhole('ringSlots', settings.ringSlots, 64, 16_384);
  checkWhole('forceStealMs', settings.forceStealMs, 0, 60_000);
  if ((settings.ringSlots & (settings.ringSlots - 1)) !== 0) {
    throw new PlayhouseError('invalid-configuration', `${settings.ringSlots} is not a power of two.`, 'ringSlots');
  }
  return settings;
}
