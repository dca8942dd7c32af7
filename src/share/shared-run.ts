/**
 * What a link or file carries: choices, never states. Everything here is small plain data; whoever opens it gets the same
 * scenario with the same parameters and the same view, and runs it on their own machine.
 */
import type { BranchPlan } from '../kernel/intervention.ts';
import { LIMITS } from '../kernel/limits.ts';

export type GraphKind = 'flow' | 'tree';

/** Which panel is in front: beside the graph on a wide screen, the whole page on a narrow one. */
export type PanelName = 'graph' | 'plots' | 'faults' | 'events' | 'next';

/** What is below the graph, or in the panel `plots` on a narrow screen. The space–time diagram only of a simulated run. */
export type LowerName = 'plots' | 'space-time' | 'workers';

export const GRAPH_KINDS: readonly GraphKind[] = ['flow', 'tree'];
export const PANEL_NAMES: readonly PanelName[] = ['graph', 'plots', 'faults', 'events', 'next'];
export const LOWER_NAMES: readonly LowerName[] = ['plots', 'space-time', 'workers'];

export interface SharedView {
  readonly graph: GraphKind;
  readonly panel: PanelName;
  readonly lower: LowerName;
  /** Path of the selected actor, `/shop/gateway`. */
  readonly selected?: string;
}

export interface SharedRun {
  /** Id of a scenario in the catalogue. */
  readonly scenario: string;
  /** Only the parameters that differ from their defaults, by name. */
  readonly parameters: Readonly<Record<string, number>>;
  /**
   * Of a live run only where a person chose the number; otherwise the machine that opens the link decides. A simulated run
   * is another one with another number, so it always has one; `SIMULATED_WORKERS_DEFAULT` where a link leaves it out.
   */
  readonly workers?: number;
  /** Only of a simulated run. */
  readonly simulation?: SharedSimulation;
  readonly view: SharedView;
}

/** The choices of a simulated run, and where in it the link points. */
export interface SharedSimulation {
  /** Whole number from 0 to 2³² − 1. */
  readonly seed: number;
  /** The trunk first; at least that one. */
  readonly branches: readonly BranchPlan[];
  /** Place of the branch that is shown. */
  readonly branch: number;
  /** The step that is shown. */
  readonly step: number;
}

/** The version of links and files that are written; older ones are read too. */
export const SHARED_VERSION = 2;

export const DEFAULT_VIEW: SharedView = { graph: 'flow', panel: 'graph', lower: 'space-time' };

/** Workers of a simulated run whose link does not say. The same on every machine, or the run would not be. */
export const SIMULATED_WORKERS_DEFAULT = 4;

/** The name of the trunk that a link leaves out. */
export const TRUNK_NAME = 'trunk';

/** Every bound of a link and of a file, by name. Both are hostile until they have passed all of them. */
export const LINK_LIMITS = {
  /** Characters of a link up to here get through everywhere; some chat programs cut longer ones. */
  everywhereLengthMax: 2_000,
  /** Some servers and mail programs cut or refuse longer ones; beyond it a link is for copying and pasting. */
  mailLengthMax: 8_000,
  /** Characters of a fragment; checked before anything else looks at it. What is longer goes into a file. */
  fragmentLengthMax: 32_000,
  /** Bytes of the text that a compressed fragment stands for; inflating ends there. */
  inflatedBytesMax: 256 * 1_024,
  /** Characters of a file. */
  fileLengthMax: 1_000_000,
  /** `key=value` pairs of a fragment. */
  fieldsMax: 200,
  /** Characters of an actor's path, and of any other text in a fault. */
  pathLengthMax: 512,
  /** Characters of a message from outside, as JSON. */
  messageLengthMax: 16_384,
  /** Objects and arrays inside each other in such a message. */
  messageDepthMax: 32,
  workersMin: 1,
  workersMax: LIMITS.workersMax,
} as const;
