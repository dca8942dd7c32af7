/**
 * What a link carries: choices, never states. Everything here is small plain data; whoever opens the link gets the same
 * scenario with the same parameters and the same view, and runs it on their own machine.
 */
import { LIMITS } from '../kernel/limits.ts';

export type GraphKind = 'flow' | 'tree';

/** Which panel is in front: beside the graph on a wide screen, the whole page on a narrow one. */
export type PanelName = 'graph' | 'plots' | 'faults' | 'events';

export const GRAPH_KINDS: readonly GraphKind[] = ['flow', 'tree'];
export const PANEL_NAMES: readonly PanelName[] = ['graph', 'plots', 'faults', 'events'];

export interface SharedView {
  readonly graph: GraphKind;
  readonly panel: PanelName;
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
  readonly view: SharedView;
}

export const DEFAULT_VIEW: SharedView = { graph: 'flow', panel: 'graph' };

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
