/**
 * The keyboard shortcuts: one list for the help dialog and one handler. Keys that a focused control needs for itself
 * stay with that control.
 */
import type { Playground } from '../playground.ts';
import { togglePause } from './toggle-pause.ts';

interface Shortcut {
  /** As shown. */
  readonly keys: string;
  readonly what: string;
  readonly matches: (event: KeyboardEvent) => boolean;
  readonly run: (playground: Playground) => void;
}

const plain = (key: string) => (event: KeyboardEvent) =>
  event.key.toLowerCase() === key && !event.ctrlKey && !event.metaKey && !event.altKey;

export const SHORTCUTS: readonly Shortcut[] = [
  { keys: 'Space', what: 'Pause or resume', matches: plain(' '), run: (playground) => void togglePause(playground) },
  {
    keys: 'R',
    what: 'Restart the system',
    matches: plain('r'),
    run: ({ run }) => void run.restart().catch(() => {}),
  },
  { keys: '1', what: 'Message flow', matches: plain('1'), run: ({ view }) => view.showGraph('flow') },
  { keys: '2', what: 'Supervision tree', matches: plain('2'), run: ({ view }) => view.showGraph('tree') },
  { keys: 'K', what: 'Crash the selected actor', matches: plain('k'), run: crashSelected },
  { keys: 'F', what: 'Faults and inspector', matches: plain('f'), run: ({ view }) => view.showPanel('faults') },
  { keys: 'E', what: 'Event log', matches: plain('e'), run: ({ view }) => view.showPanel('events') },
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
    if (event.defaultPrevented || event.repeat || playground.view.store.getState().dialog !== 'none') return;
    const isShareChord = event.key.toLowerCase() === 's' && event.shiftKey && (event.ctrlKey || event.metaKey);
    if (isShareChord) {
      event.preventDefault();
      playground.view.openDialog('share');
      return;
    }
    if (needsKey(event.target, event.key)) return;
    const shortcut = SHORTCUTS.find((one) => one.matches(event));
    if (shortcut === undefined) return;
    event.preventDefault();
    shortcut.run(playground);
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
  if (target.closest('input:not([type=range]), textarea, select, [contenteditable]') !== null) return key !== 'Escape';
  return key === ' ' && target.closest('button:not([role=tab]), summary, a') !== null;
}

function crashSelected({ run, view, actors }: Playground): void {
  const { selected } = view.store.getState();
  if (selected === undefined || !actors.store.getState().byPath.has(selected)) return;
  run.inject({ kind: 'crash', path: selected }).then(run.dismissRefusal, run.showRefusal);
}
