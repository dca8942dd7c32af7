/**
 * A number with a slider and a box for exact values. The slider applies while it moves; the box applies what was typed
 * when it is complete and within the range, and on leaving it shows the value in force again.
 */
import './slider-field.css';
import { RotateCcw } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import { IconButton } from './button.tsx';

export interface SliderFieldProps {
  readonly label: string;
  readonly unit: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly hint: string;
  readonly testId: string;
  readonly disabled?: boolean;
  readonly onChange: (value: number) => void;
  /** Where there is a value to go back to. */
  readonly reset?: { readonly value: number; readonly label: string };
  readonly children?: ReactNode;
}

export function SliderField(props: SliderFieldProps) {
  const { label, unit, value, min, max, step, hint, testId, disabled = false, onChange, reset, children } = props;
  const id = useId();
  const [draft, setDraft] = useState<string>();
  const filled = max > min ? ((Math.min(max, Math.max(min, value)) - min) / (max - min)) * 100 : 0;

  function type(text: string): void {
    setDraft(text);
    const typed = Number(text);
    if (text.trim() !== '' && typed >= min && typed <= max) onChange(typed);
  }

  const outside = draft !== undefined && !(draft.trim() !== '' && Number(draft) >= min && Number(draft) <= max);
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
              onClick={() => onChange(reset.value)}
            >
              <RotateCcw size={13} aria-hidden />
            </IconButton>
          )}
          <span className="slider-box" data-invalid={outside || undefined}>
            <input
              className="number"
              type="text"
              inputMode="decimal"
              aria-label={`${label}, in ${unit}`}
              aria-invalid={outside}
              data-testid={`${testId}-number`}
              disabled={disabled}
              value={draft ?? String(value)}
              onChange={(event) => type(event.target.value)}
              onBlur={() => setDraft(undefined)}
              onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
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
        min={min}
        max={max}
        step={step}
        value={value}
        disabled={disabled}
        style={{ '--filled': `${filled}%` } as React.CSSProperties}
        onChange={(event) => onChange(Number(event.target.value))}
      />
      <p id={`${id}-hint`} className="slider-hint" data-invalid={outside || undefined}>
        {outside ? `Enter a number from ${min} to ${max}.` : hint}
      </p>
      {children}
    </div>
  );
}
