/** A fault with one number: what it is, how much, and the button that does it. */
import { useId, useState } from 'react';
import { Button } from '../ui/button.tsx';
import { parseNumber } from '../ui/format.ts';
import { NumberField } from '../ui/number-field.tsx';

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
      title={hint}
      onSubmit={(event) => {
        event.preventDefault();
        if (isRight) onApply(value);
      }}
    >
      <label htmlFor={id}>{label}</label>
      <NumberField
        id={id}
        unit={unit}
        value={draft}
        onChange={setDraft}
        refusal={isRight ? undefined : `Enter a ${isWhole ? 'whole ' : ''}number from ${min} to ${max}.`}
        testId={`fault-${name}-number`}
      />
      <Button type="submit" data-testid={`fault-${name}`} disabled={disabled || !isRight}>
        Apply
      </Button>
    </form>
  );
}
