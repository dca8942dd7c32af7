/** The keys of the page, and what its signs mean. */
import './help-dialog.css';
import { RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { Key } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { WorkerBadge } from '../ui/worker-badge.tsx';
import { usePlayground } from '../use-playground.ts';
import { SHORTCUTS } from './shortcuts.ts';

/** Keys of the space–time diagram, while it has the focus. */
const DIAGRAM_KEYS: readonly { readonly keys: string; readonly what: string }[] = [
  { keys: '→ or ←', what: 'Next step, or the one before; with Shift, the next column' },
  { keys: 'Enter', what: 'Select the actor of the step' },
  { keys: 'O', what: 'Open folded steps, or close them' },
  { keys: 'Esc', what: 'Close the card of the step' },
];

/** The signs on an actor and between actors, as they look there. */
const LEGEND: readonly { readonly sign: ReactNode; readonly what: string }[] = [
  { sign: <WorkerBadge worker={0} />, what: 'The worker, a hardware thread, on which the actor runs.' },
  {
    sign: <span className="actor-dot" data-status="running" />,
    what: 'Green while it runs; amber while it starts, restarts, backs off, is paused or blocked by a full mailbox; red while it fails; hollow while it sleeps or has stopped.',
  },
  { sign: <span className="legend-mailbox" />, what: 'Its mailbox: how many messages wait, and how full that is.' },
  {
    sign: (
      <>
        <RotateCw size={12} aria-hidden /> 0
      </>
    ),
    what: 'Restarts by its supervisor since it was started.',
  },
  { sign: '120/s', what: 'Turns a second: every message and every signal that it handles is one turn.' },
  {
    sign: <span className="legend-flow" />,
    what: 'Moving dots: messages of the last second, faster where there are more.',
  },
  {
    sign: <span className="legend-message" />,
    what: 'In a simulated run: one message on its way. Point at it to read it, click to drop, duplicate or delay it. The panel Next lists them all.',
  },
];

export function HelpDialog() {
  const { view } = usePlayground();
  return (
    <Dialog
      title="Help"
      description="The keyboard shortcuts work everywhere except in text boxes."
      testId="help-dialog"
      onClose={() => view.openDialog('none')}
    >
      <h3 className="help-title">How to read this</h3>
      <dl className="legend">
        {LEGEND.map(({ sign, what }) => (
          <div key={what}>
            <dt>{sign}</dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <h3 className="help-title">Keyboard shortcuts</h3>
      <Keys keys={SHORTCUTS.filter(({ mode }) => mode === undefined)} />
      <h3 className="help-title">In simulated runs</h3>
      <Keys keys={SHORTCUTS.filter(({ mode }) => mode === 'simulated')} />
      <h3 className="help-title">In the space–time diagram, while it has the focus</h3>
      <Keys keys={DIAGRAM_KEYS} />
    </Dialog>
  );
}

function Keys({ keys: listed }: { readonly keys: readonly { readonly keys: string; readonly what: string }[] }) {
  return (
    <dl className="shortcuts">
      {listed.map(({ keys, what }) => (
        <div key={keys}>
          <dt>{what}</dt>
          <dd>
            <Key>{keys}</Key>
          </dd>
        </div>
      ))}
    </dl>
  );
}
