/** A fault with one number: what it is, how much, and the button that does it. */
import { useId, useState } from 'react';
import { Button } from '../ui/button.tsx';
import { parseNumber } from '../ui/format.ts';

export interface FaultRowProps {
  readonly name: string;
  readonly label: string;
  readonly unit: string;
  readonly initial: number;
  readonly min: number;
  readonly max: number;
  readonly isWhole?: boolean;
  readonly hint: string;
  readonly disabled: boolean;
  readonly onApply: (value: number) => void;
}

export function FaultRow({
  name,
  label,
  unit,
  initial,
  min,
  max,
  isWhole = true,
  hint,
  disabled,
  onApply,
}: FaultRowProps) {
  const id = useId();
  const [draft, setDraft] = useState(String(initial));
  const value = parseNumber(draft);
  const isRight = value !== undefined && value >= min && value <= max && (!isWhole || Number.isInteger(value));
  return (
    <form
      className="fault-row"
      title={isRight ? hint : `Enter a ${isWhole ? 'whole ' : ''}number from ${min} to ${max}.`}
      onSubmit={(event) => {
        event.preventDefault();
        if (isRight) onApply(value);
      }}
    >
      <label htmlFor={id}>{label}</label>
      <span className="fault-number" data-invalid={!isRight || undefined}>
        <input
          id={id}
          className="number"
          type="text"
          inputMode="decimal"
          aria-invalid={!isRight}
          data-testid={`fault-${name}-number`}
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
        />
        <span>{unit}</span>
      </span>
      <Button type="submit" data-testid={`fault-${name}`} disabled={disabled || !isRight}>
        Apply
      </Button>
    </form>
  );
}
