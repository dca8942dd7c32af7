import { describe, expect, test } from 'vitest';
import {
  expectedWaitMs,
  knownLoad,
  newLoadMeter,
  noteDispatch,
  noteJob,
  takeReport,
  typicalMs,
  updateLoad,
} from './worker-load.ts';

describe('a load meter', () => {
  test('averages times with a fifth for the latest, and says which share of the time it was busy', () => {
    const meter = newLoadMeter(1_000);
    noteJob(meter, 10);
    expect(meter.processingMs).toBe(10);
    noteJob(meter, 20);
    expect(meter.processingMs).toBe(12);
    expect(takeReport(meter, 3, 1_100)).toEqual({ depth: 3, processingMs: 12, utilisation: 0.3 });
    expect(takeReport(meter, 0, 1_200)).toEqual({ depth: 0, processingMs: 12, utilisation: 0 });
  });

  test('is never busier than always, and takes no time for nonsense', () => {
    const meter = newLoadMeter(0);
    noteJob(meter, 500);
    noteJob(meter, -5);
    expect(takeReport(meter, -1, 100)).toEqual({ depth: 0, processingMs: 400, utilisation: 1 });
    expect(takeReport(meter, 1.5, 100)).toEqual({ depth: 1, processingMs: 400, utilisation: 0 });
  });
});

describe('the expected wait', () => {
  const report = { depth: 4, processingMs: 10, utilisation: 0.5 };

  test('is what is before a message, times the time each takes', () => {
    expect(expectedWaitMs(knownLoad(report, 0), 1)).toBe(45);
    expect(expectedWaitMs(knownLoad({ ...report, processingMs: 0 }, 0), 2)).toBe(9);
  });

  test('grows with what was sent since the report', () => {
    const known = knownLoad(report, 0);
    noteDispatch(known, 100);
    noteDispatch(known, 100);
    expect(expectedWaitMs(known, 1)).toBe(65);
    updateLoad(known, report, 101);
    expect(known.sent, 'the report may have been made before they came').toBe(2);
    updateLoad(known, report, 150);
    expect(known.sent).toBe(0);
  });

  test('takes the average of the others for one that has done nothing yet', () => {
    const [quick, slow] = [knownLoad(report, 0), knownLoad({ ...report, processingMs: 30 }, 0)];
    const fresh = knownLoad({ ...report, processingMs: 0 }, 0);
    expect(typicalMs([quick, slow, fresh])).toBe(20);
    expect(typicalMs([fresh])).toBe(1);
  });
});
