/** Live or simulated, and the seed that orders a simulated run. */

import { Tabs } from '@base-ui/react/tabs';
import { Dices, Radio, Rewind } from 'lucide-react';
import { type KeyboardEvent, useState } from 'react';
import { PlayhouseError } from '../../kernel/errors.ts';
import { RUN_LIMITS } from '../../kernel/intervention.ts';
import type { RunMode } from '../stores/run-store.ts';
import { IconButton } from '../ui/button.tsx';
import { formatCount, parseNumber } from '../ui/format.ts';
import { Segmented } from '../ui/segmented.tsx';
import { useIsSimulated, usePlayground, useRun } from '../use-playground.ts';

/** A seed by chance is short enough to be read out. */
const RANDOM_SEEDS = 10_000;
/** Of what is typed: the largest seed with its commas, and some room for a mistake. */
const SEED_LENGTH_MAX = 16;

export function ModeSwitch() {
  const { run } = usePlayground();
  const mode = useRun((state) => state.mode);
  return (
    <Tabs.Root
      className="mode-switch"
      value={mode}
      onValueChange={(value: RunMode) => run.setMode(value).catch(run.showRefusal)}
    >
      <Segmented
        label="Kind of run"
        segments={[
          {
            value: 'live',
            testId: 'mode-live',
            disabled: !run.canRunLive,
            title: run.canRunLive
              ? 'Real threads, real time'
              : 'Not possible here: a live run needs memory that threads share, and this page is not cross-origin isolated.',
            label: (
              <>
                <Radio size={14} aria-hidden /> <span className="mode-word">Live</span>
              </>
            ),
          },
          {
            value: 'simulated',
            testId: 'mode-simulated',
            title: 'Virtual time: step by step, back and forth, the same in every replay',
            label: (
              <>
                <Rewind size={14} aria-hidden /> <span className="mode-word">Simulated</span>
              </>
            ),
          },
        ]}
      />
    </Tabs.Root>
  );
}

export function SeedField() {
  const { run, transport } = usePlayground();
  const isSimulated = useIsSimulated();
  const seed = useRun((state) => state.seed);
  const [draft, setDraft] = useState<string>();
  if (!isSimulated) return null;

  function apply(): void {
    if (draft === undefined) return;
    setDraft(undefined);
    const wanted = parseNumber(draft);
    if (wanted === seed || draft.trim() === '') return;
    if (wanted !== undefined) {
      void transport.show(run.setSeed(wanted));
      return;
    }
    const message = `“${draft}” is not a seed. Type a whole number from 0 to ${formatCount(RUN_LIMITS.seedMax)}.`;
    run.showRefusal(new PlayhouseError('invalid-configuration', message, 'seed'));
  }

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>): void {
    if (event.key === 'Enter') apply();
    if (event.key === 'Escape') {
      setDraft(undefined);
      event.stopPropagation();
    }
  }

  return (
    <div className="seed-field" title="The seed orders the run: another one is another run, from its start.">
      <label>
        <span className="seed-word">seed</span>
        <input
          className="number"
          type="text"
          inputMode="numeric"
          aria-label="Seed of the run"
          data-testid="seed"
          style={{ width: `${Math.max(3, (draft ?? String(seed)).length + 1)}ch` }}
          value={draft ?? String(seed)}
          maxLength={SEED_LENGTH_MAX}
          onFocus={(event) => event.currentTarget.select()}
          onChange={(event) => setDraft(event.target.value)}
          onBlur={apply}
          onKeyDown={onKeyDown}
        />
      </label>
      <IconButton
        label="A run by chance: another seed"
        className="seed-dice"
        data-testid="seed-random"
        onClick={() => run.setSeed(1 + Math.floor(Math.random() * RANDOM_SEEDS)).catch(run.showRefusal)}
      >
        <Dices size={15} aria-hidden />
      </IconButton>
    </div>
  );
}
