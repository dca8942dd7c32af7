/** One thing that a run can be run until: its words, what there is to choose, and the two ways to use it. */
import { CirclePlus, Play } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Condition } from '../../engine/simulation.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { usePlayground } from '../use-playground.ts';

export interface UntilRowProps {
  readonly name: Condition['until'];
  readonly label: string;
  /** Undefined while what was typed makes no sense. */
  readonly condition: Condition | undefined;
  /** What is wrong with what was typed. */
  readonly refusal?: string | undefined;
  /** What is worth knowing about it. */
  readonly note?: string | undefined;
  /** It holds once and never again: nothing that a breakpoint could be. */
  readonly isOnce?: boolean;
  readonly children?: ReactNode;
}

export function UntilRow({ name, label, condition, refusal, note, isOnce, children }: UntilRowProps) {
  const { transport, view } = usePlayground();

  function run(): void {
    if (condition === undefined) return;
    view.openRunUntil(false);
    void transport.show(transport.runUntil(condition));
  }

  return (
    <form
      className="until-row"
      data-until={name}
      onSubmit={(event) => {
        event.preventDefault();
        run();
      }}
    >
      <span className="until-label">{label}</span>
      <span className="until-choice">{children}</span>
      {isOnce !== true && (
        <IconButton
          label="Add a breakpoint"
          data-testid={`breakpoint-${name}`}
          disabled={condition === undefined}
          onClick={() => condition !== undefined && transport.show(transport.addBreakpoint(condition))}
        >
          <CirclePlus size={15} aria-hidden />
        </IconButton>
      )}
      <Button
        type="submit"
        className="until-run"
        aria-label={`Run until ${label}`}
        data-testid={`run-until-${name}`}
        disabled={condition === undefined}
      >
        <Play size={13} aria-hidden /> Run
      </Button>
      {(refusal ?? note) !== undefined && (
        <p className="until-refusal" role="status" data-note={refusal === undefined || undefined}>
          {refusal ?? note}
        </p>
      )}
    </form>
  );
}
