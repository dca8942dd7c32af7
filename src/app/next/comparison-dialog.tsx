/** How the ends of two branches differ: in numbers, and in the states of their actors. */
import './comparison-dialog.css';
import { useEffect, useState } from 'react';
import type { BranchEnd, Comparison } from '../../engine/simulation.ts';
import { ChangeList } from '../faults/change-list.tsx';
import { asPlayhouseError } from '../stores/run-store.ts';
import { Dialog } from '../ui/dialog.tsx';
import { formatCount, formatMs, formatVirtual } from '../ui/format.ts';
import { usePlayground, useSimulation } from '../use-playground.ts';

const ACTORS_SHOWN = 30;

const ROWS: readonly { readonly name: string; readonly value: (end: BranchEnd) => string }[] = [
  { name: 'Steps', value: ({ step }) => formatCount(step) },
  { name: 'Virtual time', value: ({ atMs }) => formatVirtual(atMs) },
  { name: 'Actors', value: ({ actors }) => formatCount(actors) },
  { name: 'Turns', value: ({ processed }) => formatCount(processed) },
  { name: 'Requests answered', value: ({ answered }) => formatCount(answered) },
  { name: 'Requests failed', value: ({ failed }) => formatCount(failed) },
  { name: 'P50 latency', value: ({ p50Ms }) => formatMs(p50Ms) },
  { name: 'P99 latency', value: ({ p99Ms }) => formatMs(p99Ms) },
  { name: 'Failures', value: ({ failures }) => formatCount(failures) },
  { name: 'Restarts', value: ({ restarts }) => formatCount(restarts) },
  { name: 'Dead letters', value: ({ deadLetters }) => formatCount(deadLetters) },
];

export interface ComparisonDialogProps {
  readonly left: number;
  readonly right: number;
  readonly onClose: () => void;
}

export function ComparisonDialog({ left, right, onClose }: ComparisonDialogProps) {
  const { run } = usePlayground();
  const [found, setFound] = useState<Comparison | string>();
  const names = useSimulation((state) => state.reading?.branches.map(({ name }) => name).join('\n') ?? '').split('\n');

  useEffect(() => {
    let isCurrent = true;
    const show = (next: Comparison | string): void => {
      if (isCurrent) setFound(next);
    };
    Promise.resolve()
      .then(() => run.simulation().compare(left, right))
      .then(show, (thrown: unknown) => show(asPlayhouseError(thrown).message));
    return () => {
      isCurrent = false;
    };
  }, [run, left, right]);

  return (
    <Dialog title="Two branches compared" description="Each as it is at its end." testId="comparison" onClose={onClose}>
      {found === undefined && <p className="next-note">Taking both to their ends…</p>}
      {typeof found === 'string' && <p className="next-note">{found}</p>}
      {typeof found === 'object' && (
        <Found found={found} left={names[left] ?? 'left'} right={names[right] ?? 'right'} />
      )}
    </Dialog>
  );
}

interface FoundProps {
  readonly found: Comparison;
  readonly left: string;
  readonly right: string;
}

function Found({ found, left, right }: FoundProps) {
  return (
    <>
      <p className="next-note number">They share everything up to step {formatCount(found.commonStep)}.</p>
      <table className="comparison">
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">Number</span>
            </th>
            <th scope="col">{left}</th>
            <th scope="col">{right}</th>
          </tr>
        </thead>
        <tbody>
          {ROWS.map(({ name, value }) => {
            const [here, there] = [value(found.left), value(found.right)];
            return (
              <tr key={name} data-differs={here !== there || undefined}>
                <th scope="row">{name}</th>
                <td className="number">{here}</td>
                <td className="number">{there}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <h3 className="help-title">States that differ</h3>
      {found.actors.length === 0 && <p className="next-note">None: all actors know the same.</p>}
      <ul className="compared-actors">
        {found.actors.slice(0, ACTORS_SHOWN).map(({ path, changes }) => (
          <li key={path} data-testid="compared-actor" data-path={path}>
            <code>{path}</code>
            <ChangeList changes={changes} />
          </li>
        ))}
      </ul>
      {found.actors.length > ACTORS_SHOWN && <p className="next-note">and {found.actors.length - ACTORS_SHOWN} more</p>}
    </>
  );
}
