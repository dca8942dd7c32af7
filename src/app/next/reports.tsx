/** What in the actors' code breaks the rules that make a run repeatable. */
import type { RunReport } from '../../engine/simulation.ts';
import { Button } from '../ui/button.tsx';
import { formatCount, nameOf } from '../ui/format.ts';
import { usePlayground, useSimulation } from '../use-playground.ts';

const NONE: readonly RunReport[] = [];

export function Reports() {
  const { transport } = usePlayground();
  const reports = useSimulation((state) => state.reading?.reports ?? NONE);
  if (reports.length === 0) return null;
  return (
    <section className="panel-section" aria-labelledby="reports-title">
      <h2 id="reports-title">Reports</h2>
      <ul className="reports">
        {reports.map(({ what, step, path, during, field, text }) => (
          <li
            key={`${what} ${step} ${path} ${field}`}
            className="report"
            data-testid="report"
            data-what={what}
            data-step={step}
          >
            <p>{text}</p>
            <p className="report-where">
              <code>{nameOf(path)}</code> during <code>{during}</code>
              {field !== '' && (
                <>
                  , <code>{field}</code>
                </>
              )}
              <Button kind="quiet" className="report-step number" onClick={() => transport.show(transport.seek(step))}>
                step {formatCount(step)}
              </Button>
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
