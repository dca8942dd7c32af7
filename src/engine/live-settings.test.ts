import { describe, expect, it } from 'vitest';
import { PlayhouseError } from '../kernel/errors.ts';
import {
  CANNOT_BE_SET,
  changedSettings,
  checkSettings,
  LIVE_SETTINGS,
  type LiveSettings,
  SETTING_BOUNDS,
} from './live-settings.ts';

function refusal(given: Partial<LiveSettings>): unknown {
  try {
    checkSettings(given);
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}

describe('settings of a live run', () => {
  it('are the defaults where nothing is given, with the figures of the field', () => {
    expect(checkSettings({})).toEqual(LIVE_SETTINGS);
    const { batch, mailboxCapacity, runQueueMax, outboxSlotsMax } = LIVE_SETTINGS;
    expect({ batch, mailboxCapacity, runQueueMax, outboxSlotsMax }).toEqual({
      batch: 128,
      mailboxCapacity: 1_000,
      runQueueMax: 4_096,
      outboxSlotsMax: 32_768,
    });
    expect(SETTING_BOUNDS.mailboxCapacity).toEqual([1, 65_536]);
  });

  for (const [name, [min, max]] of Object.entries(SETTING_BOUNDS)) {
    it(`${name} is a whole number from ${min} to ${max}`, () => {
      for (const value of [min, max])
        expect(checkSettings({ [name]: value })).toEqual({ ...LIVE_SETTINGS, [name]: value });
      for (const value of [min - 1, max + 1, min + 0.5, Number.NaN, '1' as unknown as number]) {
        const error = refusal({ [name]: value });
        expect(error).toBeInstanceOf(PlayhouseError);
        expect(error).toMatchObject({ code: 'invalid-configuration', field: name });
      }
    });
  }

  it('ringSlots is a power of two', () => {
    expect(refusal({ ringSlots: 1_000 })).toMatchObject({ code: 'invalid-configuration', field: 'ringSlots' });
  });

  it('stealing is true or false', () => {
    expect(checkSettings({ stealing: false }).stealing).toBe(false);
    const given = { stealing: 'no' } as unknown as Partial<LiveSettings>;
    expect(refusal(given)).toMatchObject({ code: 'invalid-configuration', field: 'stealing' });
  });

  it('nothing else is a setting', () => {
    const error = refusal({ batches: 64 } as Partial<LiveSettings>);
    expect(error).toMatchObject({ code: 'invalid-configuration', field: 'batches' });
    for (const name of ['constructor', '__proto__', 'x'.repeat(5_000)]) {
      const given = JSON.parse(`{"${name}": 1}`) as Partial<LiveSettings>;
      expect(refusal(given)).toMatchObject({ code: 'invalid-configuration', field: name.slice(0, 40) });
    }
  });

  it('those that are not the defaults are known', () => {
    expect(changedSettings(LIVE_SETTINGS)).toEqual([]);
    expect(changedSettings(checkSettings({ stealing: false, batch: 64 }))).toEqual(['batch', 'stealing']);
  });

  it('everything that a browser does not let anybody set is named once, with a reason of one sentence', () => {
    expect(new Set(CANNOT_BE_SET.map(({ name }) => name)).size).toBe(CANNOT_BE_SET.length);
    for (const { reason } of CANNOT_BE_SET) expect(reason).toMatch(/^[A-Z][^.]+\.$/);
  });
});
