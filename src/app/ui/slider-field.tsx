/**
 * A number with a slider and a box for exact values. The slider applies while it moves; the box applies what was typed on
 * Enter or on leaving it, so that a number on its way to another one never acts. What cannot be applied is said, and the
 * box shows the value in force again.
 */
import './slider-field.css';
import { RotateCcw } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useId, useState } from 'react';
import { IconButton } from './button.tsx';
import { parseNumber } from './format.ts';

export interface SliderFieldProps {
  readonly label: string;
  readonly unit: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** The values that the slider stops at, ascending, where equal steps would be too coarse below or too fine above. */
  readonly stops?: readonly number[];
  readonly hint: string;
  readonly testId: string;
  readonly disabled?: boolean;
  readonly onChange: (value: number) => void;
  /** Where there is a value to go back to. */
  readonly reset?: { readonly value: number; readonly label: string };
  readonly children?: ReactNode;
}

export function SliderField(props: SliderFieldProps) {
  const {
    label,
    unit,
    value,
    min,
    max,
    step,
    stops,
    hint,
    testId,
    disabled = false,
    onChange,
    reset,
    children,
  } = props;
  const id = useId();
  const [draft, setDraft] = useState<string>();
  const position = stops === undefined ? value : nearestStop(stops, value);
  const [from, to] = stops === undefined ? [min, max] : [0, stops.length - 1];
  const filled = to > from ? ((Math.min(to, Math.max(from, position)) - from) / (to - from)) * 100 : 0;

  const [isRefused, setRefused] = useState(false);

  function change(next: number): void {
    setRefused(false);
    onChange(next);
  }

  function type(text: string): void {
    setRefused(false);
    setDraft(text);
  }

  function apply(): void {
    if (draft === undefined) return;
    setDraft(undefined);
    const typed = parseNumber(draft);
    if (typed !== undefined && typed >= min && typed <= max) change(typed);
    else setRefused(true);
  }

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>): void {
    // Leaving applies, and gives the keys back to the page.
    if (event.key === 'Enter') event.currentTarget.blur();
    else if (event.key === 'Escape' && draft !== undefined) setDraft(undefined);
    else return;
    event.stopPropagation();
  }

  return (
    <div className="slider-field">
      <div className="slider-head">
        <label htmlFor={id}>{label}</label>
        <div className="slider-value">
          {reset !== undefined && (
            <IconButton
              label={reset.label}
              className="slider-reset"
              data-testid={`${testId}-reset`}
              disabled={disabled || value === reset.value}
              onClick={() => change(reset.value)}
            >
              <RotateCcw size={13} aria-hidden />
            </IconButton>
          )}
          <span className="slider-box" data-invalid={isRefused || undefined}>
            <input
              className="number"
              type="text"
              inputMode="decimal"
              aria-label={`${label}, in ${unit}`}
              aria-invalid={isRefused}
              aria-describedby={`${id}-hint`}
              data-testid={`${testId}-number`}
              disabled={disabled}
              value={draft ?? String(value)}
              onChange={(event) => type(event.target.value)}
              onBlur={apply}
              onKeyDown={onKeyDown}
            />
            <span className="slider-unit">{unit}</span>
          </span>
        </div>
      </div>
      <input
        id={id}
        className="slider"
        type="range"
        data-testid={testId}
        aria-describedby={`${id}-hint`}
        aria-valuetext={`${value} ${unit}`}
        min={stops === undefined ? min : 0}
        max={stops === undefined ? max : stops.length - 1}
        step={stops === undefined ? step : 1}
        value={position}
        disabled={disabled}
        style={{ '--filled': `${filled}%` } as React.CSSProperties}
        onChange={(event) => {
          const moved = Number(event.target.value);
          change(stops?.[moved] ?? moved);
        }}
      />
      <p id={`${id}-hint`} className="slider-hint" data-invalid={isRefused || undefined} aria-live="polite">
        {isRefused ? `Enter a number from ${min} to ${max}.` : hint}
      </p>
      {children}
    </div>
  );
}

function nearestStop(stops: readonly number[], value: number): number {
  let best = 0;
  stops.forEach((stop, index) => {
    if (Math.abs(stop - value) < Math.abs((stops[best] ?? 0) - value)) best = index;
  });
  return best;
}
