/**
 * Slows an actor down. While it is dragged the slider shows what is wanted; the engine is told a few times a second, and
 * once its table says the same, the slider shows the table again.
 */
import { useEffect, useState } from 'react';
import { SliderField } from '../ui/slider-field.tsx';
import { usePlayground } from '../use-playground.ts';

const SLOW_MAX_MS = 200;
/** Most of what there is to see happens within the first milliseconds. */
const SLOW_STOPS_MS = [...steps(0, 20, 1), ...steps(25, 50, 5), ...steps(60, 100, 10), ...steps(120, SLOW_MAX_MS, 20)];
/** When the engine still says something else after this long, it is right. */
const WANTED_MAX_MS = 1_500;

export interface SlowControlProps {
  readonly path: string;
  /** As the engine has it. */
  readonly slowMs: number;
  readonly disabled: boolean;
}

export function SlowControl({ path, slowMs, disabled }: SlowControlProps) {
  const { run, transport, loop } = usePlayground();
  const [wanted, setWanted] = useState<number>();

  useEffect(() => {
    if (wanted === undefined) return;
    if (wanted === slowMs) {
      setWanted(undefined);
      return;
    }
    const timer = setTimeout(() => setWanted(undefined), WANTED_MAX_MS);
    return () => clearTimeout(timer);
  }, [wanted, slowMs]);

  function change(delayMs: number): void {
    setWanted(delayMs);
    const call = run.slide(`slow ${path}`, { kind: 'slow', path, delayMs });
    void transport.show(call).finally(() => loop.refresh());
  }

  return (
    <SliderField
      label="Slow down"
      unit="ms"
      value={wanted ?? slowMs}
      min={0}
      max={SLOW_MAX_MS}
      step={1}
      stops={SLOW_STOPS_MS}
      hint="Each message takes this much longer. Timers and replies are not slowed; the worker serves the others meanwhile."
      testId="slow-input"
      disabled={disabled}
      onChange={change}
    />
  );
}

function steps(from: number, to: number, step: number): readonly number[] {
  return Array.from({ length: (to - from) / step + 1 }, (_, index) => from + index * step);
}
