/** What a step changed in a state: before and after, field by field. */
import './change-list.css';
import type { StateChange } from '../../engine/simulation.ts';

const CHANGES_SHOWN = 20;
const TEXT_MAX = 160;

export function ChangeList({ changes }: { readonly changes: readonly StateChange[] }) {
  return (
    <ul className="changes code" data-testid="changes">
      {changes.slice(0, CHANGES_SHOWN).map(({ field, change, before, after }) => (
        <li key={field} className="change" data-testid="change" data-field={field} data-change={change}>
          <span className="change-field">{field === '' ? 'state' : field}</span>
          <span className="change-values">
            {change !== 'added' && <del title={textOf(before)}>{shortened(textOf(before))}</del>}
            {change === 'changed' && <span aria-hidden>→</span>}
            {change !== 'removed' && <ins title={textOf(after)}>{shortened(textOf(after))}</ins>}
          </span>
        </li>
      ))}
      {changes.length > CHANGES_SHOWN && <li>… {changes.length - CHANGES_SHOWN} more</li>}
    </ul>
  );
}

/** A value as one line: JSON where it has one. */
export function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

function shortened(text: string): string {
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX)}…`;
}
