/**
 * What a link carries: choices, never states. Everything here is small plain data; whoever opens the link gets the same
 * scenario with the same parameters and the same view, and runs it on their own machine.
 */
import type { BranchPlan } from '../kernel/intervention.ts';
import { LIMITS } from '../kernel/limits.ts';

export type GraphKind = 'flow' | 'tree';

/** Which panel is in front: beside the graph on a wide screen, the whole page on a narrow one. */
export type PanelName = 'graph' | 'plots' | 'faults' | 'events' | 'next';

/** What is below the graph, or in the panel `plots` on a narrow screen. The second one only of a simulated run. */
export type LowerName = 'plots' | 'space-time';

export const GRAPH_KINDS: readonly GraphKind[] = ['flow', 'tree'];
export const PANEL_NAMES: readonly PanelName[] = ['graph', 'plots', 'faults', 'events', 'next'];
export const LOWER_NAMES: readonly LowerName[] = ['plots', 'space-time'];

export interface SharedView {
  readonly graph: GraphKind;
  readonly panel: PanelName;
  readonly lower: LowerName;
  /** Path of the selected actor, `/shop/gateway`. */
  readonly selected?: string;
}

export interface SharedRun {
  readonly version: 1;
  /** Id of a scenario in the catalogue. */
  readonly scenario: string;
  /** Only the parameters that differ from their defaults, by name. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Only where a person chose the number; otherwise the machine that opens the link decides. */
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

export const DEFAULT_VIEW: SharedView = { graph: 'flow', panel: 'graph', lower: 'plots' };

/** Every bound of a link, by name. A fragment is hostile until it has passed all of them. */
export const LINK_LIMITS = {
  /** Characters of a fragment; checked before anything else looks at it. */
  fragmentLengthMax: 8_000,
  /** `key=value` pairs of a fragment. */
  fieldsMax: 100,
  /** Characters of an actor's path. */
  pathLengthMax: 512,
  workersMin: 1,
  workersMax: LIMITS.workersMax,
} as const;
