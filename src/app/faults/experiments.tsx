/** Things to try, from the scenario, in the order that teaches most. */
import { useRun } from '../use-playground.ts';

export function Experiments() {
  const scenario = useRun((state) => state.scenario);
  if (scenario === undefined) return null;
  return (
    <section className="panel-section" aria-labelledby="experiments-title" data-testid="experiments">
      <h2 id="experiments-title">Things to try</h2>
      <p className="scenario-summary">{scenario.summary}</p>
      <ol className="experiments">
        {scenario.experiments.map((experiment) => (
          <li key={experiment}>{experiment}</li>
        ))}
      </ol>
    </section>
  );
}
