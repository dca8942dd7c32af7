/** The page's side of a simulator's worker, with nothing between. */
import type { Result } from '../../../base/result.ts';
import type { ErrorReport } from '../../../kernel/errors.ts';
import type { BranchPlan } from '../../../kernel/intervention.ts';
import type { Scenario } from '../../../kernel/scenario.ts';
import type { TraceEvent } from '../../../kernel/trace.ts';
import type { Command, Frame } from '../simulator-control.ts';
import { SimulatorWorker } from '../simulator-worker.ts';

export const unwrap = <T>(result: Result<T, ErrorReport>): T => {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
};
export const codeOf = (result: Result<unknown, ErrorReport>): string => (result.ok ? 'ok' : result.error.code);
export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class Page {
  readonly worker: SimulatorWorker;
  frame!: Frame;
  events: TraceEvent[] = [];
  private branches: readonly BranchPlan[] = [];

  constructor(scenario: Scenario) {
    this.worker = new SimulatorWorker(() => Promise.resolve(scenario));
  }

  take(frame: Frame): Frame {
    this.frame = frame;
    this.branches = frame.branches ?? this.branches;
    const last = this.events.findLastIndex(({ sequence }) => sequence <= frame.keepUpTo);
    this.events = [...this.events.slice(0, last + 1), ...frame.events];
    return frame;
  }

  async do(command: Command): Promise<Frame> {
    return this.take(unwrap(await this.worker.command(command)));
  }

  async poll(): Promise<void> {
    const news = unwrap(await this.worker.frame(this.frame.version, this.events.at(-1)?.sequence ?? 0));
    if (news !== undefined) this.take(news);
  }

  async until(what: string, condition: () => boolean): Promise<void> {
    const endMs = performance.now() + 10_000;
    while (!condition()) {
      if (performance.now() > endMs) throw new Error(`${what} did not happen`);
      await sleep(2);
      await this.poll();
    }
  }

  get run() {
    return this.frame.simulation;
  }

  get plan() {
    return { branches: this.branches, branch: this.run.branch, step: this.run.step };
  }
}

/** Booted with four workers and seed 1. */
export async function bootPage(scenario: Scenario, parameters: Readonly<Record<string, number>>): Promise<Page> {
  const page = new Page(scenario);
  const options = { scenario: scenario.id, parameters, workers: 4, seed: 1, plan: undefined };
  page.take(unwrap(await page.worker.boot(options)));
  return page;
}
