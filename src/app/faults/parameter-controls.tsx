/** The scenario's parameters: they act on the running system at once and travel in the link. */
import { SliderField } from '../ui/slider-field.tsx';
import { usePlayground, useRun } from '../use-playground.ts';

export function ParameterControls() {
  const { run, transport } = usePlayground();
  const scenario = useRun((state) => state.scenario);
  const parameters = useRun((state) => state.parameters);
  const isReady = useRun((state) => state.phase === 'ready');
  if (scenario === undefined) return null;
  return (
    <section className="panel-section" aria-labelledby="parameters-title">
      <h2 id="parameters-title">Parameters</h2>
      {Object.entries(scenario.parameters).map(([name, definition]) => (
        <SliderField
          key={name}
          label={definition.label}
          unit={definition.unit}
          value={parameters[name] ?? definition.default}
          min={definition.min}
          max={definition.max}
          step={definition.step}
          hint={definition.hint}
          testId={`param-${name}`}
          disabled={!isReady}
          reset={{ value: definition.default, label: `Back to ${definition.default} ${definition.unit}` }}
          onChange={(value) => {
            void transport.show(run.setParameter(name, value));
          }}
        />
      ))}
    </section>
  );
}
