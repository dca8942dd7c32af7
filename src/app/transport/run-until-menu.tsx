/** What a run can be run until, once or as a breakpoint, and the breakpoints that there are. */
import '../ui/text-field.css';
import './run-until-menu.css';
import { Popover } from '@base-ui/react/popover';
import { ChevronDown, CirclePlus, Flag, X } from 'lucide-react';
import { useState } from 'react';
import type { Scenario } from '../../kernel/scenario.ts';
import type { BreakerPhase } from '../../kernel/view.ts';
import { Button, IconButton, Key } from '../ui/button.tsx';
import { formatVirtual, parseNumber } from '../ui/format.ts';
import { useActors, usePlayground, useRun, useSimulation, useView } from '../use-playground.ts';
import { conditionText, parseStateCondition } from './condition-text.ts';
import { UntilRow } from './until-row.tsx';

export function RunUntilMenu() {
  const { view } = usePlayground();
  const isOpen = useView((state) => state.isRunUntilOpen);
  const isReady = useRun((state) => state.phase === 'ready');
  const count = useSimulation((state) => state.breakpoints.length);
  return (
    <Popover.Root open={isOpen} onOpenChange={(open) => view.openRunUntil(open)}>
      <Popover.Trigger
        disabled={!isReady}
        render={
          <Button
            className="run-until-button"
            aria-label="Run until…"
            data-testid="run-until"
            title="Run until something happens (U)"
          />
        }
      >
        <Flag size={14} aria-hidden />
        <span className="run-until-word">Run until…</span>
        {count > 0 && (
          <span className="run-until-count number" title={`${count} ${count === 1 ? 'breakpoint' : 'breakpoints'}`}>
            {count}
          </span>
        )}
        <ChevronDown size={14} className="run-until-word" aria-hidden />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={8} side="top" align="start" collisionPadding={12} className="popover-place">
          <Popover.Popup className="popover run-until" data-testid="run-until-menu">
            <Popover.Title className="run-until-title">
              Run until <Key>U</Key>
            </Popover.Title>
            <Rows />
            <Breakpoints />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

const PHASES: readonly BreakerPhase[] = ['open', 'half-open', 'closed'];

function Rows() {
  const scenario = useRun((state) => state.scenario);
  const selected = useView((state) => state.selected);
  const identities = useActors((state) => state.identities);
  const kinds = kindsOf(scenario);
  const [kind, setKind] = useState(kinds[0] ?? '');
  // The root takes few steps: a run until its next one could be without end.
  const [actor, setActor] = useState(selected ?? (identities[1] ?? identities[0])?.path ?? '');
  const [phase, setPhase] = useState<BreakerPhase | ''>('');
  const [stateText, setStateText] = useState('');
  const [timeText, setTimeText] = useState('');
  const [isOnlySelected, setOnlySelected] = useState(false);
  const where = isOnlySelected && selected !== undefined ? { path: selected } : {};
  const parsed = parseStateCondition(stateText);
  const isKnown = !parsed.ok || identities.some(({ path }) => path === parsed.value.path);
  const timeMs = parseNumber(timeText);
  const timeRefusal = refusalOfTime(
    timeText,
    timeMs,
    useSimulation((state) => state.reading?.atMs ?? 0),
  );
  return (
    <div className="until-rows">
      <UntilRow
        name="message"
        label="a message"
        condition={kind === '' ? undefined : { until: 'message', kind, ...where }}
      >
        <select
          className="select"
          aria-label="Kind of message"
          data-testid="until-kind"
          value={kind}
          onChange={(event) => setKind(event.target.value)}
        >
          {kinds.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </UntilRow>
      <UntilRow name="actor" label="a step of" condition={actor === '' ? undefined : { until: 'actor', path: actor }}>
        <select
          className="select"
          aria-label="Actor"
          data-testid="until-actor"
          value={actor}
          onChange={(event) => setActor(event.target.value)}
        >
          {identities.map(({ path }) => (
            <option key={path}>{path}</option>
          ))}
        </select>
      </UntilRow>
      <UntilRow name="failure" label="a failure" condition={{ until: 'failure', ...where }} />
      <UntilRow name="restart" label="a restart" condition={{ until: 'restart', ...where }} />
      <UntilRow name="escalation" label="an escalation" condition={{ until: 'escalation', ...where }} />
      <UntilRow name="dead-letter" label="a dead letter" condition={{ until: 'dead-letter', ...where }} />
      <UntilRow
        name="breaker"
        label="a breaker is"
        condition={phase === '' ? { until: 'breaker', ...where } : { until: 'breaker', to: phase, ...where }}
      >
        <select
          className="select"
          aria-label="Phase of the breaker"
          data-testid="until-phase"
          value={phase}
          onChange={(event) => setPhase(event.target.value as BreakerPhase | '')}
        >
          <option value="">in another phase</option>
          {PHASES.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </UntilRow>
      {(scenario?.properties?.length ?? 0) > 0 && (
        <UntilRow name="violation" label="a violated property" condition={{ until: 'violation' }} />
      )}
      <UntilRow
        name="state"
        label="a state"
        condition={parsed.ok ? parsed.value : undefined}
        refusal={stateText === '' || parsed.ok ? undefined : parsed.error}
        note={parsed.ok && !isKnown ? `There is no ${parsed.value.path} now; it may come.` : undefined}
      >
        <input
          className="text-field code"
          type="text"
          aria-label="A field of a state and its value"
          placeholder="/shop/load.sent = 100"
          spellCheck={false}
          data-testid="until-state"
          value={stateText}
          onChange={(event) => setStateText(event.target.value)}
        />
      </UntilRow>
      <UntilRow
        name="time"
        label="a time, in ms"
        condition={timeMs !== undefined && timeRefusal === undefined ? { until: 'time', atMs: timeMs } : undefined}
        refusal={timeRefusal}
        isOnce
      >
        <input
          className="text-field number"
          type="text"
          inputMode="decimal"
          aria-label="Virtual time in ms"
          placeholder="250"
          data-testid="until-time"
          value={timeText}
          onChange={(event) => setTimeText(event.target.value)}
        />
      </UntilRow>
      {selected !== undefined && (
        <label className="until-only">
          <input
            type="checkbox"
            data-testid="until-only"
            checked={isOnlySelected}
            onChange={(event) => setOnlySelected(event.target.checked)}
          />
          <span>
            only of <code>{selected}</code>
          </span>
        </label>
      )}
    </div>
  );
}

function refusalOfTime(text: string, ms: number | undefined, nowMs: number): string | undefined {
  if (text === '') return undefined;
  if (ms === undefined || ms < 0) return 'Enter a number of milliseconds.';
  return ms <= nowMs ? `It is ${formatVirtual(nowMs)} already. Go back first.` : undefined;
}

function Breakpoints() {
  const { transport } = usePlayground();
  const breakpoints = useSimulation((state) => state.breakpoints);
  return (
    <div className="breakpoints">
      <h3>Breakpoints</h3>
      {breakpoints.length === 0 ? (
        <p>
          None. <CirclePlus size={13} aria-label="The plus" /> adds one: whenever it holds, the run stops.
        </p>
      ) : (
        <ul>
          {breakpoints.map((breakpoint, index) => (
            <li key={JSON.stringify(breakpoint)} data-testid="breakpoint" data-until={breakpoint.until}>
              <span title={conditionText(breakpoint)}>{conditionText(breakpoint)}</span>
              <IconButton
                label="Remove"
                data-testid="breakpoint-remove"
                onClick={() => transport.show(transport.removeBreakpoint(index))}
              >
                <X size={14} aria-hidden />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** All kinds of messages that actors of the scenario accept, in their order, each once. */
function kindsOf(scenario: Scenario | undefined): readonly string[] {
  return [...new Set(scenario?.behaviors.flatMap(({ protocol }) => Object.keys(protocol)) ?? [])].sort();
}
