/** A number that is typed, with its unit; what makes no sense is marked, and its title says what would. */
import './number-field.css';

export interface NumberFieldProps {
  readonly id?: string;
  /** Where no `<label>` says it. */
  readonly label?: string;
  readonly unit: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
  /** Why what was typed cannot be taken; undefined when it can. */
  readonly refusal: string | undefined;
  readonly testId: string;
}

export function NumberField({ id, label, unit, value, onChange, refusal, testId }: NumberFieldProps) {
  return (
    <span className="number-field" data-invalid={refusal !== undefined || undefined} title={refusal}>
      <input
        id={id}
        className="number"
        type="text"
        inputMode="decimal"
        aria-invalid={refusal !== undefined}
        aria-label={label}
        data-testid={testId}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <span>{unit}</span>
    </span>
  );
}
