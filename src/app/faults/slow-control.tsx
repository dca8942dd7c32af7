/**
 * Slows an actor down. While it is dragged the slider shows what is wanted; the engine is told a few times a second, and
 * once its table says the same, the slider shows the table again.
 */
import { useEffect, useRef, useState } from 'react';
import { SliderField } from '../ui/slider-field.tsx';
import { useInject } from './use-inject.ts';

const SLOW_MAX_MS = 200;
const SEND_INTERVAL_MS = 100;
/** When the engine still says something else after this long, it is right. */
const WANTED_MAX_MS = 1_500;

export interface SlowControlProps {
  readonly path: string;
  /** As the engine has it. */
  readonly slowMs: number;
  readonly disabled: boolean;
}

export function SlowControl({ path, slowMs, disabled }: SlowControlProps) {
  const { inject } = useInject();
  const [wanted, setWanted] = useState<number>();
  const latest = useRef(slowMs);
  const sending = useRef<ReturnType<typeof setTimeout>>(undefined);

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
    latest.current = delayMs;
    if (sending.current !== undefined) return;
    inject({ kind: 'slow', path, delayMs });
    sending.current = setTimeout(() => {
      sending.current = undefined;
      if (latest.current !== delayMs) change(latest.current);
    }, SEND_INTERVAL_MS);
  }

  return (
    <SliderField
      label="Slow down"
      unit="ms"
      value={wanted ?? slowMs}
      min={0}
      max={SLOW_MAX_MS}
      step={5}
      hint="Every turn takes this much longer. The actor waits, its worker does not."
      testId="slow-input"
      disabled={disabled}
      onChange={change}
    />
  );
}
