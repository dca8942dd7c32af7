/** The lines of time of this run: which one is shown, where each left its parent, and what can be done with it. */
import '../ui/text-field.css';
import { GitBranch, GitCompareArrows, Pencil, Trash2 } from 'lucide-react';
import { type KeyboardEvent, useEffect, useState } from 'react';
import type { BranchView } from '../../engine/simulation.ts';
import { cleanBranchName, RUN_LIMITS } from '../../kernel/intervention.ts';
import { IconButton } from '../ui/button.tsx';
import { formatCount } from '../ui/format.ts';
import { usePlayground, useSimulation } from '../use-playground.ts';
import { ComparisonDialog } from './comparison-dialog.tsx';

const NONE: readonly BranchView[] = [];
/** How long the second click that deletes is waited for. */
const CONFIRM_MS = 4_000;

export function BranchList() {
  const branches = useSimulation((state) => state.reading?.branches ?? NONE);
  const present = useSimulation((state) => state.reading?.branch ?? 0);
  const [compared, setCompared] = useState<number>();
  return (
    <section className="panel-section" aria-labelledby="branches-title">
      <div className="next-head">
        <h2 id="branches-title">Branches</h2>
        <span className="next-count number">{branches.length}</span>
      </div>
      <ul className="branches">
        {branches.map((branch, index) => (
          <BranchRow
            // biome-ignore lint/suspicious/noArrayIndexKey: a branch is known by its place.
            key={index}
            branch={branch}
            index={index}
            isPresent={index === present}
            isAncestor={isAncestor(branches, index, present)}
            onCompare={() => setCompared(index)}
          />
        ))}
      </ul>
      {branches.length === 1 && (
        <p className="next-note">
          Go back and do something else there: both ways are kept, and you can go from one to the other.
        </p>
      )}
      {compared !== undefined && compared !== present && compared < branches.length && (
        <ComparisonDialog left={present} right={compared} onClose={() => setCompared(undefined)} />
      )}
    </section>
  );
}

/** Whether deleting `index` would take the present branch with it. */
function isAncestor(branches: readonly BranchView[], index: number, present: number): boolean {
  for (let at = present, guard = 0; at >= 0 && guard <= branches.length; guard++) {
    if (at === index) return true;
    at = branches[at]?.parent ?? -1;
  }
  return false;
}

interface BranchRowProps {
  readonly branch: BranchView;
  readonly index: number;
  readonly isPresent: boolean;
  readonly isAncestor: boolean;
  readonly onCompare: () => void;
}

function BranchRow({ branch, index, isPresent, isAncestor: isKept, onCompare }: BranchRowProps) {
  const { transport } = usePlayground();
  const [isNaming, setNaming] = useState(false);
  const { name, parent, forkStep, head, interventions } = branch;
  const first = parent < 0 ? 0 : forkStep;
  // Of a link only what was done on a branch is known, until somebody goes there.
  const span = head < first ? `from ${formatCount(first)}, not gone yet` : `${formatCount(first)}–${formatCount(head)}`;
  const done = interventions === 1 ? '1 intervention' : `${formatCount(interventions)} interventions`;
  return (
    <li className="branch" data-testid="branch" data-branch={index} data-present={isPresent || undefined}>
      {isNaming ? (
        <BranchName name={name} index={index} onDone={() => setNaming(false)} />
      ) : (
        <button
          type="button"
          className="branch-what"
          aria-current={isPresent || undefined}
          title={isPresent ? 'This branch is shown' : `Show ${name} at its end, with ${done}`}
          onClick={() => !isPresent && transport.show(transport.switchBranch(index))}
        >
          <GitBranch size={14} aria-hidden />
          <span className="branch-name">{name}</span>
          <span className="branch-facts number">
            {span} · {done}
          </span>
        </button>
      )}
      <span className="branch-tools">
        {!isPresent && (
          <IconButton label={`Compare with ${name}`} data-testid="branch-compare" onClick={onCompare}>
            <GitCompareArrows size={15} aria-hidden />
          </IconButton>
        )}
        <IconButton label="Rename" data-testid="branch-rename" onClick={() => setNaming(true)}>
          <Pencil size={14} aria-hidden />
        </IconButton>
        {index > 0 && !isKept && <DeleteButton index={index} />}
      </span>
    </li>
  );
}

function BranchName({
  name,
  index,
  onDone,
}: {
  readonly name: string;
  readonly index: number;
  readonly onDone: () => void;
}) {
  const { transport } = usePlayground();
  const [draft, setDraft] = useState(name);

  function apply(): void {
    const wanted = cleanBranchName(draft);
    onDone();
    if (wanted !== '' && wanted !== name) void transport.show(transport.renameBranch(index, wanted));
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Enter') apply();
    if (event.key === 'Escape') {
      event.stopPropagation();
      onDone();
    }
  }

  return (
    <input
      className="text-field branch-field"
      type="text"
      aria-label="Name of the branch"
      data-testid="branch-name"
      maxLength={RUN_LIMITS.branchNameLengthMax}
      value={draft}
      // biome-ignore lint/a11y/noAutofocus: it replaces the button that was just pressed.
      autoFocus
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={apply}
      onKeyDown={onKeyDown}
    />
  );
}

/** Forgetting a branch cannot be taken back, so it takes two clicks. */
function DeleteButton({ index }: { readonly index: number }) {
  const { transport } = usePlayground();
  const [isSure, setSure] = useState(false);
  useEffect(() => {
    if (!isSure) return;
    const timer = setTimeout(() => setSure(false), CONFIRM_MS);
    return () => clearTimeout(timer);
  }, [isSure]);
  return (
    <IconButton
      label={isSure ? 'Press again to delete it' : 'Delete'}
      kind={isSure ? 'danger' : 'quiet'}
      data-testid="branch-delete"
      data-sure={isSure || undefined}
      onClick={() => {
        // The next branch moves up to this place, and nobody has asked to delete that one.
        setSure(!isSure);
        if (isSure) void transport.show(transport.deleteBranch(index));
      }}
    >
      <Trash2 size={14} aria-hidden />
    </IconButton>
  );
}
