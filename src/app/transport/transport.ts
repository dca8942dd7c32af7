/**
 * What drives a simulated run, for buttons, keys and scripts alike. Every call shows its outcome on the page before it
 * resolves, and rejects with a typed error where the run is live or the simulator refuses.
 */
import type { Condition, Simulation, Speed } from '../../engine/simulation.ts';
import { SIMULATION_LIMITS } from '../../engine/simulation.ts';
import { PlayhouseError } from '../../kernel/errors.ts';
import type { ChoiceKey } from '../../kernel/intervention.ts';
import type { FrameLoop } from '../frame-loop.ts';
import { asPlayhouseError, type RunStore } from '../stores/run-store.ts';
import type { SimulationStore } from '../stores/simulation-store.ts';

export const SPEEDS: readonly Speed[] = [0.001, 0.01, 0.1, 0.5, 1, 2, 10, 100, Number.POSITIVE_INFINITY];

export interface Transport {
  play(): Promise<void>;
  pause(): Promise<void>;
  /** Presses that come while a step is under way are taken together after it. */
  step(count: number): Promise<void>;
  seek(step: number): Promise<void>;
  /** Goes to the furthest step that the present branch has reached. */
  end(): Promise<void>;
  setSpeed(speed: Speed): Promise<void>;
  /** One place up or down in `SPEEDS`. */
  changeSpeed(direction: 1 | -1): Promise<void>;
  runUntil(condition: Condition): Promise<void>;
  addBreakpoint(condition: Condition): Promise<void>;
  removeBreakpoint(index: number): Promise<void>;
  choose(key: ChoiceKey): Promise<void>;
  switchBranch(branch: number, step?: number): Promise<void>;
  renameBranch(branch: number, name: string): Promise<void>;
  deleteBranch(branch: number): Promise<void>;
  /** A refusal is shown on the page, and a success takes the last one away. Resolves in either case. */
  show(call: Promise<void>): Promise<void>;
}

export function createTransport(run: RunStore, store: SimulationStore, loop: FrameLoop): Transport {
  let pending = 0;
  let stepping: Promise<void> | undefined;

  async function drive(call: (simulation: Simulation) => Promise<void>): Promise<void> {
    try {
      await call(run.simulation());
    } catch (thrown) {
      throw asPlayhouseError(thrown);
    } finally {
      loop.refresh();
    }
  }

  async function takeSteps(): Promise<void> {
    while (pending !== 0) {
      const count = pending;
      pending = 0;
      await drive((simulation) => simulation.step(count));
    }
  }

  async function setBreakpoints(breakpoints: readonly Condition[]): Promise<void> {
    await drive((simulation) => simulation.setBreakpoints(breakpoints));
    store.setBreakpoints(breakpoints);
  }

  function seek(step: number): Promise<void> {
    return drive((simulation) => simulation.seek(step));
  }

  return {
    play: () => drive((simulation) => simulation.resume()),
    pause: () => drive((simulation) => simulation.pause()),
    step(count) {
      pending += count;
      stepping ??= takeSteps().finally(() => {
        stepping = undefined;
        pending = 0;
      });
      return stepping;
    },
    seek,
    end: () => drive((simulation) => simulation.seek(simulation.simulation().head)),
    setSpeed: (speed) => drive((simulation) => simulation.setSpeed(speed)),
    changeSpeed(direction) {
      return drive((simulation) => simulation.setSpeed(nextSpeed(simulation.simulation().speed, direction)));
    },
    async runUntil(condition) {
      store.setUntil(condition);
      try {
        await drive((simulation) => simulation.runUntil(condition));
      } finally {
        // Another one may have taken its place.
        if (store.store.getState().until === condition) store.setUntil(undefined);
      }
    },
    async addBreakpoint(condition) {
      const { breakpoints } = store.store.getState();
      if (breakpoints.some((one) => JSON.stringify(one) === JSON.stringify(condition))) return;
      if (breakpoints.length >= SIMULATION_LIMITS.breakpointsMax) {
        const message = `There are ${breakpoints.length} breakpoints already, as many as there may be.`;
        throw new PlayhouseError('invalid-configuration', message, 'breakpoints');
      }
      await setBreakpoints([...breakpoints, condition]);
    },
    removeBreakpoint(index) {
      return setBreakpoints(store.store.getState().breakpoints.filter((_, at) => at !== index));
    },
    choose: (key) => drive((simulation) => simulation.choose(key)),
    switchBranch: (branch, step) =>
      drive((simulation) => simulation.switchBranch(branch, step ?? endOf(simulation, branch))),
    renameBranch: (branch, name) => drive((simulation) => simulation.renameBranch(branch, name)),
    deleteBranch: (branch) => drive((simulation) => simulation.deleteBranch(branch)),
    show: (call) => call.then(run.dismissRefusal, run.showRefusal),
  };
}

/**
 * Where a branch ends that nobody has gone yet since its link was opened: at the last thing that was done on it. Undefined
 * for its furthest step.
 */
export function endOf(simulation: Pick<Simulation, 'simulation' | 'plan'>, branch: number): number | undefined {
  const last = simulation.plan().branches[branch]?.interventions.at(-1)?.step ?? 0;
  const head = simulation.simulation().branches[branch]?.head ?? 0;
  return last > head ? last : undefined;
}

/** The next faster or slower of the offered speeds; the fastest and the slowest stay. */
export function nextSpeed(speed: Speed, direction: 1 | -1): Speed {
  if (direction > 0) return SPEEDS.find((one) => one > speed) ?? speed;
  return SPEEDS.findLast((one) => one < speed) ?? speed;
}

/** `0.001×` … `100×`, `max` */
export function speedText(speed: Speed): string {
  return Number.isFinite(speed) ? `${speed}×` : 'max';
}
