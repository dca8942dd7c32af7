/**
 * The keyboard shortcuts: one list for the help dialog and one handler. Keys that a focused control needs for itself
 * stay with that control.
 */
import { CHOICE_KEYS, takeNumber } from '../next/take-choice.ts';
import type { Playground } from '../playground.ts';
import type { RunMode } from '../stores/run-store.ts';
import { togglePause } from './toggle-pause.ts';

interface Shortcut {
  /** As shown. */
  readonly keys: string;
  readonly what: string;
  /** Left out where it works in both modes. */
  readonly mode?: RunMode;
  /** Whether holding the key down goes on. */
  readonly repeats?: boolean;
  readonly matches: (event: KeyboardEvent, playground: Playground) => boolean;
  readonly run: (playground: Playground, event: KeyboardEvent) => void;
}

const isPlain = (event: KeyboardEvent): boolean => !event.ctrlKey && !event.metaKey && !event.altKey;

const plain =
  (...keys: readonly string[]) =>
  (event: KeyboardEvent) =>
    keys.includes(event.key.toLowerCase()) && isPlain(event);

/** How far the arrow keys go with Shift. */
const MANY_STEPS = 10;

const step =
  (direction: 1 | -1) =>
  ({ transport }: Playground, event: KeyboardEvent): void =>
    void transport.show(transport.step(event.shiftKey ? direction * MANY_STEPS : direction));

export const SHORTCUTS: readonly Shortcut[] = [
  { keys: 'Space', what: 'Pause or go on', matches: plain(' '), run: (playground) => void togglePause(playground) },
  {
    keys: 'R',
    what: 'Restart the system',
    matches: plain('r'),
    run: ({ run }) => void run.restart().catch(() => {}),
  },
  {
    keys: `1 … ${CHOICE_KEYS}`,
    what: 'Take that choice, while the panel Next is open',
    mode: 'simulated',
    matches: (event, playground) => isChoiceKey(event.key) && isPlain(event) && isChoosing(playground),
    run: (playground, { key }) => takeNumber(playground, Number(key)),
  },
  { keys: '1', what: 'Message flow', matches: plain('1'), run: ({ view }) => view.showGraph('flow') },
  { keys: '2', what: 'Supervision tree', matches: plain('2'), run: ({ view }) => view.showGraph('tree') },
  { keys: 'K', what: 'Crash the selected actor', matches: plain('k'), run: crashSelected },
  { keys: 'F', what: 'Faults and inspector', matches: plain('f'), run: ({ view }) => view.showPanel('faults') },
  { keys: 'E', what: 'Event log', matches: plain('e'), run: ({ view }) => view.showPanel('events') },
  {
    keys: 'N',
    what: 'What could happen next, or back to the faults',
    mode: 'simulated',
    matches: plain('n'),
    run: ({ view }) => view.showPanel(view.store.getState().panel === 'next' ? 'faults' : 'next'),
  },
  {
    keys: '→ or .',
    what: 'One step; with Shift, ten',
    mode: 'simulated',
    repeats: true,
    matches: plain('arrowright', '.', '>'),
    run: step(1),
  },
  {
    keys: '← or ,',
    what: 'One step back; with Shift, ten',
    mode: 'simulated',
    repeats: true,
    matches: plain('arrowleft', ',', '<'),
    run: step(-1),
  },
  {
    keys: 'Home',
    what: 'To the start',
    mode: 'simulated',
    matches: plain('home'),
    run: ({ transport }) => transport.show(transport.seek(0)),
  },
  {
    keys: 'End',
    what: 'To the furthest step so far',
    mode: 'simulated',
    matches: plain('end'),
    run: ({ transport }) => transport.show(transport.end()),
  },
  {
    keys: '[',
    what: 'Slower',
    mode: 'simulated',
    matches: plain('['),
    run: ({ transport }) => transport.show(transport.changeSpeed(-1)),
  },
  {
    keys: ']',
    what: 'Faster',
    mode: 'simulated',
    matches: plain(']'),
    run: ({ transport }) => transport.show(transport.changeSpeed(1)),
  },
  {
    keys: 'U',
    what: 'Run until…',
    mode: 'simulated',
    matches: plain('u'),
    run: ({ view }) => view.openRunUntil(!view.store.getState().isRunUntilOpen),
  },
  {
    keys: 'B',
    what: 'Next branch; with Shift, the one before',
    mode: 'simulated',
    matches: plain('b'),
    run: nextBranch,
  },
  { keys: 'W', what: 'Why this step?', mode: 'simulated', matches: plain('w'), run: askWhy },
  { keys: 'S', what: 'Share this run', matches: plain('s'), run: ({ view }) => view.openDialog('share') },
  { keys: '?', what: 'Help', matches: plain('?'), run: ({ view }) => view.openDialog('help') },
  { keys: 'Esc', what: 'Deselect the actor', matches: plain('escape'), run: ({ view }) => view.select(undefined) },
];

/**
 * Returns what disconnects it. Space is taken before anybody else sees it: the graph would take it to select an actor,
 * and a tab to press itself, where Enter does the same.
 */
export function connectShortcuts(playground: Playground): () => void {
  function onKeyDown(event: KeyboardEvent): void {
    if (event.defaultPrevented || playground.view.store.getState().dialog !== 'none') return;
    const isShareChord = event.key.toLowerCase() === 's' && event.shiftKey && (event.ctrlKey || event.metaKey);
    if (isShareChord && !event.repeat) {
      event.preventDefault();
      playground.view.openDialog('share');
      return;
    }
    if (needsKey(event.target, event.key)) return;
    const { mode } = playground.run.store.getState();
    const isOfMode = (one: Shortcut): boolean => one.mode === undefined || one.mode === mode;
    const shortcut = SHORTCUTS.find((one) => isOfMode(one) && one.matches(event, playground));
    if (shortcut === undefined || (event.repeat && shortcut.repeats !== true)) return;
    event.preventDefault();
    shortcut.run(playground, event);
  }
  function onSpace(event: KeyboardEvent): void {
    if (event.key !== ' ' || event.ctrlKey || event.metaKey || event.altKey) return;
    if (playground.view.store.getState().dialog !== 'none' || needsKey(event.target, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) void togglePause(playground);
  }
  window.addEventListener('keydown', onSpace, { capture: true });
  window.addEventListener('keydown', onKeyDown);
  return () => {
    window.removeEventListener('keydown', onSpace, { capture: true });
    window.removeEventListener('keydown', onKeyDown);
  };
}

/** Text boxes need every key, selects need letters, and what only Space presses by habit needs Space: no tabs, no actors. */
function needsKey(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false;
  // What lies over the page has its own keys.
  if (target.closest('[role=dialog]') !== null) return true;
  if (target.closest('input:not([type=range]), textarea, select, [contenteditable]') !== null) return key !== 'Escape';
  // Tabs, sliders and the space–time diagram move with the arrows themselves.
  if (/^(Arrow|Home|End)/.test(key)) {
    return target.closest('[role=tab], [role=slider], [role=menu], input[type=range]') !== null;
  }
  return key === ' ' && target.closest('button:not([role=tab]), summary, a') !== null;
}

function crashSelected({ run, transport, view, actors }: Playground): void {
  const { selected } = view.store.getState();
  if (selected === undefined || !actors.store.getState().byPath.has(selected)) return;
  void transport.show(run.inject({ kind: 'crash', path: selected }));
}

function isChoosing({ view }: Playground): boolean {
  return view.store.getState().panel === 'next';
}

function isChoiceKey(key: string): boolean {
  return /^\d$/.test(key) && Number(key) >= 1 && Number(key) <= CHOICE_KEYS;
}

function nextBranch({ simulation, transport }: Playground, event: KeyboardEvent): void {
  const { reading } = simulation.store.getState();
  if (reading === undefined || reading.branches.length < 2) return;
  const { length } = reading.branches;
  void transport.show(transport.switchBranch((reading.branch + (event.shiftKey ? length - 1 : 1)) % length));
}

function askWhy({ simulation }: Playground): void {
  const { reading, questioned } = simulation.store.getState();
  if (reading === undefined || reading.step === 0) return;
  simulation.ask(questioned === reading.step ? undefined : reading.step);
}
