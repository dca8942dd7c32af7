/**
 * Everything about the step that a person points at. It has to be found by taking the step again, so it is asked for only
 * after the pointer rested, one step at a time, and kept for as long as the record is.
 */
import { useEffect, useState } from 'react';
import type { StepDetail, StepRecord } from '../../engine/simulation.ts';

export type LoadDetail = (step: number) => Promise<StepDetail>;

export type LoadedDetail =
  | { readonly status: 'loading' }
  | { readonly status: 'loaded'; readonly detail: StepDetail }
  | { readonly status: 'failed'; readonly text: string };

const REST_MS = 140;
const LOADING: LoadedDetail = { status: 'loading' };

export function useStepDetail(record: StepRecord | undefined, load: LoadDetail): LoadedDetail {
  const [known] = useState(() => new WeakMap<StepRecord, LoadedDetail>());
  const [, setLoaded] = useState<StepRecord>();

  useEffect(() => {
    if (record === undefined || known.has(record)) return;
    let isWanted = true;
    const finish = (outcome: LoadedDetail): void => {
      if (outcome.status === 'loaded') known.set(record, outcome);
      if (!isWanted) return;
      known.set(record, outcome);
      setLoaded(record);
    };
    const timer = setTimeout(() => {
      load(record.step).then(
        (detail) => finish({ status: 'loaded', detail }),
        (error: unknown) => finish({ status: 'failed', text: error instanceof Error ? error.message : String(error) }),
      );
    }, REST_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [record, load, known]);

  return (record && known.get(record)) ?? LOADING;
}
