/** Queue and service times of one actor of a simulated run, found in the log of steps. */
import { HISTOGRAM_BUCKETS } from '../../base/histogram.ts';
import type { ActorTimes } from '../engine.ts';
import { actorAt } from './faults.ts';
import type { Simulator } from './simulator.ts';
import { KINDS } from './step-log.ts';
import { timeBucket, timesOf } from './turn-times.ts';

/** Steps back from the present one in which an actor's messages are looked for. */
export const TIMES_STEPS_MAX = 20_000;

const MESSAGE = KINDS.indexOf('message');

/** From the steps in the log. @throws PlayhouseError `actor-not-found` */
export function actorTimes({ system, step: now }: Simulator, path: string): ActorTimes {
  const { cell } = actorAt(system, path, 'path');
  const { recorder } = system;
  if (recorder === undefined) return { kind: 'none' };
  const lifeline = recorder.lifelines.of(cell);
  const queueCounts = new Float64Array(HISTOGRAM_BUCKETS);
  const serviceCounts = new Float64Array(HISTOGRAM_BUCKETS);
  let samples = 0;
  for (let step = now; step > Math.max(0, now - TIMES_STEPS_MAX); step--) {
    const logged = recorder.log.read(step);
    if (logged === undefined) break;
    if (logged.lifeline !== lifeline || logged.kind !== MESSAGE) continue;
    const { queueMs, serviceMs } = timesOf(logged);
    const [queue, service] = [timeBucket(queueMs), timeBucket(serviceMs)];
    queueCounts[queue] = (queueCounts[queue] as number) + 1;
    serviceCounts[service] = (serviceCounts[service] as number) + 1;
    samples++;
  }
  return samples === 0 ? { kind: 'none' } : { kind: 'measured', queueCounts, serviceCounts, samples };
}
