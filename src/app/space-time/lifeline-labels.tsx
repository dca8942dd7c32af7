/** The names at the left of the lifelines. A click selects the actor; pin and hide appear when a row has the attention. */
import { EyeOff, Pin, PinOff } from 'lucide-react';
import { memo } from 'react';
import { workerColor } from '../ui/worker-color.ts';
import type { Lifeline } from './lifelines.ts';

export interface LifelineLabelsProps {
  readonly lifelines: readonly Lifeline[];
  readonly rowHeight: number;
  /** Only rows of the view are in the document. */
  readonly firstRow: number;
  readonly rowsShown: number;
  readonly selected: string | undefined;
  readonly onSelect: (path: string) => void;
  readonly onPin: (path: string) => void;
  readonly onHide: (path: string) => void;
}

const INDENT_PX = 9;
const INDENT_MAX = 4;

export const LifelineLabels = memo(function LifelineLabels(props: LifelineLabelsProps) {
  const { lifelines, rowHeight, firstRow, rowsShown, selected, onSelect, onPin, onHide } = props;
  return (
    <ul aria-label="Actors">
      {lifelines.slice(firstRow, firstRow + rowsShown).map(({ path, name, depth, worker, isPinned }, index) => (
        <li
          key={path}
          className="st-lifeline"
          data-testid="lifeline"
          data-path={path}
          data-selected={path === selected || undefined}
          style={{ top: (firstRow + index) * rowHeight, height: rowHeight }}
        >
          <button
            type="button"
            className="st-lifeline-name"
            title={worker < 0 ? path : `${path}, worker ${worker}`}
            aria-pressed={path === selected}
            style={{ paddingLeft: 10 + Math.min(depth, INDENT_MAX) * INDENT_PX }}
            onClick={() => onSelect(path)}
          >
            <span
              className="st-lifeline-worker number"
              style={{ color: worker < 0 ? 'var(--text-faint)' : workerColor(worker) }}
            >
              {worker < 0 ? '·' : worker}
            </span>
            <span className="st-lifeline-text">{name}</span>
          </button>
          <span className="st-lifeline-tools" data-pinned={isPinned || undefined}>
            <button
              type="button"
              aria-label={isPinned ? `Unpin ${name}` : `Pin ${name} to the top`}
              title={isPinned ? 'Unpin' : 'Pin to the top'}
              aria-pressed={isPinned}
              onClick={() => onPin(path)}
            >
              {isPinned ? <PinOff size={13} aria-hidden /> : <Pin size={13} aria-hidden />}
            </button>
            <button type="button" aria-label={`Hide ${name}`} title="Hide" onClick={() => onHide(path)}>
              <EyeOff size={13} aria-hidden />
            </button>
          </span>
        </li>
      ))}
    </ul>
  );
});
