/**
 * Run ⇄ link. A fragment reads like a query: `v=1&s=checkout&p.rate=3000&g=tree&a=/shop/gateway`. It is plain text on
 * purpose: a person can read what a link will do before following it, and it is far too short to be worth compressing.
 *
 * Decoding treats the text as hostile. Its length is checked first, then the version, then every field; nothing unknown,
 * doubled or out of range is accepted, and no input makes it throw.
 */
import { err, ok, type Result } from '../base/result.ts';
import { type ErrorReport, reportOf } from '../kernel/errors.ts';
import { LIMITS } from '../kernel/limits.ts';
import type { Scenario } from '../kernel/scenario.ts';
import { findScenario } from '../scenarios/catalog.ts';
import { DEFAULT_VIEW, GRAPH_KINDS, LINK_LIMITS, PANEL_NAMES, type SharedRun, type SharedView } from './shared-run.ts';

type Checked<T> = Result<T, ErrorReport>;

const VERSION = 1;
const PARAMETER_PREFIX = 'p.';

/** The fragment of a run, without `#`. Parameters at their defaults and the default view are left out. */
export function encodeRun(run: SharedRun): string {
  const fields = [`v=${VERSION}`, `s=${escapeText(run.scenario)}`];
  const definitions = findScenario(run.scenario)?.parameters ?? {};
  for (const name of Object.keys(run.parameters).sort()) {
    const value = run.parameters[name];
    if (value === undefined || value === definitions[name]?.default) continue;
    fields.push(`${PARAMETER_PREFIX}${escapeText(name)}=${value}`);
  }
  if (run.workers !== undefined) fields.push(`w=${run.workers}`);
  const { graph, panel, selected } = run.view;
  if (graph !== DEFAULT_VIEW.graph) fields.push(`g=${graph}`);
  if (panel !== DEFAULT_VIEW.panel) fields.push(`t=${panel}`);
  if (selected !== undefined && isActorPath(selected)) fields.push(`a=${escapeText(selected)}`);
  return fields.join('&');
}

/** The run of a fragment (with or without `#`), or what is wrong with it. Never throws. */
export function decodeRun(fragment: string): Checked<SharedRun> {
  const text = fragment.startsWith('#') ? fragment.slice(1) : fragment;
  if (text.length > LINK_LIMITS.fragmentLengthMax) {
    const message = `The link has ${text.length} characters; at most ${LINK_LIMITS.fragmentLengthMax} are read.`;
    return err(reportOf('link-too-long', message));
  }
  const fields = readFields(text);
  if (!fields.ok) return fields;
  const version = checkVersion(fields.value.get('v'));
  if (!version.ok) return version;

  const scenario = checkScenario(fields.value.get('s'));
  if (!scenario.ok) return scenario;
  const parameters: Record<string, number> = {};
  let workers: number | undefined;
  const view: { -readonly [K in keyof SharedView]: SharedView[K] } = { ...DEFAULT_VIEW };

  for (const [key, value] of fields.value) {
    if (key === 'v' || key === 's') continue;
    if (key.startsWith(PARAMETER_PREFIX)) {
      const parameter = checkParameter(scenario.value, key, value);
      if (!parameter.ok) return parameter;
      const name = key.slice(PARAMETER_PREFIX.length);
      if (parameter.value !== scenario.value.parameters[name]?.default) parameters[name] = parameter.value;
    } else if (key === 'w') {
      const count = checkWorkers(value);
      if (!count.ok) return count;
      workers = count.value;
    } else if (key === 'g') {
      const graph = GRAPH_KINDS.find((kind) => kind === value);
      if (graph === undefined) return invalid('g', `There is no graph "${shorten(value)}".`);
      view.graph = graph;
    } else if (key === 't') {
      const panel = PANEL_NAMES.find((name) => name === value);
      if (panel === undefined) return invalid('t', `There is no panel "${shorten(value)}".`);
      view.panel = panel;
    } else if (key === 'a') {
      if (!isActorPath(value)) return invalid('a', `"${shorten(value)}" is not the path of an actor.`);
      view.selected = value;
    } else {
      return invalid(shorten(key), `The link has a field "${shorten(key)}" that this version does not know.`);
    }
  }
  const run: SharedRun = { version: VERSION, scenario: scenario.value.id, parameters, view };
  return ok(workers === undefined ? run : { ...run, workers });
}

/** Whether a text could be an actor's path: names of bounded length after slashes, without control characters. */
export function isActorPath(text: string): boolean {
  if (text.length < 2 || text.length > LINK_LIMITS.pathLengthMax || !text.startsWith('/')) return false;
  for (const name of text.slice(1).split('/')) {
    if (name.length === 0 || name.length > LIMITS.nameLengthMax) return false;
  }
  // Lone surrogates have no percent-encoding, and control characters have no business in a name.
  return !/[\p{Cc}\p{Cs}]/u.test(text);
}

function readFields(text: string): Checked<ReadonlyMap<string, string>> {
  const fields = new Map<string, string>();
  const pairs = text.split('&');
  if (pairs.length > LINK_LIMITS.fieldsMax) {
    return err(reportOf('link-invalid', `The link has more than ${LINK_LIMITS.fieldsMax} fields.`));
  }
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals < 1) return invalid(shorten(pair), `"${shorten(pair)}" in the link is not of the form name=value.`);
    const key = unescapeText(pair.slice(0, equals));
    const value = unescapeText(pair.slice(equals + 1));
    if (key === undefined || value === undefined) {
      return invalid(shorten(key ?? pair), `"${shorten(pair)}" in the link has a broken percent-encoding.`);
    }
    if (fields.has(key)) return invalid(shorten(key), `The link gives "${shorten(key)}" twice.`);
    fields.set(key, value);
  }
  return ok(fields);
}

function checkVersion(text: string | undefined): Checked<typeof VERSION> {
  if (text === undefined) return invalid('v', 'The link does not say which version it is.');
  if (!/^[1-9]\d{0,8}$/.test(text)) return invalid('v', `"${shorten(text)}" is not the version of a link.`);
  const version = Number(text);
  if (version === VERSION) return ok(VERSION);
  const message = `The link is of version ${version}; this page reads version ${VERSION}.`;
  return err(reportOf('link-newer', message, 'v'));
}

function checkScenario(id: string | undefined): Checked<Scenario> {
  if (id === undefined) return invalid('s', 'The link does not name a scenario.');
  const scenario = findScenario(id);
  if (scenario !== undefined) return ok(scenario);
  return err(reportOf('link-unknown-scenario', `There is no scenario "${shorten(id)}".`, 's'));
}

function checkParameter(scenario: Scenario, key: string, text: string): Checked<number> {
  const name = key.slice(PARAMETER_PREFIX.length);
  const definition = Object.hasOwn(scenario.parameters, name) ? scenario.parameters[name] : undefined;
  if (definition === undefined) {
    return invalid(shorten(key), `The scenario "${scenario.id}" has no parameter "${shorten(name)}".`);
  }
  if (!/^-?\d{1,15}(\.\d{1,15})?(e[+-]?\d{1,3})?$/.test(text)) {
    return invalid(key, `"${shorten(text)}" is not a number (${definition.label}).`);
  }
  const value = Number(text);
  if (value >= definition.min && value <= definition.max) return ok(value);
  const range = `${definition.min} to ${definition.max}`;
  return invalid(key, `${definition.label} must be from ${range}, not ${shorten(text)}.`);
}

function checkWorkers(text: string): Checked<number> {
  const count = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  if (count >= LINK_LIMITS.workersMin && count <= LINK_LIMITS.workersMax) return ok(count);
  const range = `${LINK_LIMITS.workersMin} to ${LINK_LIMITS.workersMax}`;
  return invalid('w', `The number of workers must be from ${range}, not "${shorten(text)}".`);
}

function invalid(field: string, message: string): Checked<never> {
  return err(reportOf('link-invalid', message, field));
}

/** Percent-encodes what would end a field, and leaves paths readable. */
function escapeText(text: string): string {
  return encodeURIComponent(text).replaceAll('%2F', '/');
}

function unescapeText(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

const SHOWN_LENGTH_MAX = 60;

/** Hostile text is shown, but not all of it. */
function shorten(text: string): string {
  return text.length <= SHOWN_LENGTH_MAX ? text : `${text.slice(0, SHOWN_LENGTH_MAX)}…`;
}
