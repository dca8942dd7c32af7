/** The link of what is on screen: what it carries, how long it is, and a button to copy it. */
import './share-dialog.css';
import { Check, Copy } from 'lucide-react';
import { useRef, useState } from 'react';
import { LINK_LIMITS } from '../../share/shared-run.ts';
import { defaultsOf } from '../stores/run-store.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { formatCount } from '../ui/format.ts';
import { usePlayground, useRun, useView } from '../use-playground.ts';

type CopyState = 'idle' | 'copied' | 'refused';

export function ShareDialog() {
  const playground = usePlayground();
  const link = playground.link();
  const field = useRef<HTMLInputElement>(null);
  const [copy, setCopy] = useState<CopyState>('idle');

  async function copyLink(): Promise<void> {
    try {
      await navigator.clipboard.writeText(link);
      setCopy('copied');
    } catch {
      // Clipboard access may be refused; the selected text can still be copied by hand.
      field.current?.select();
      setCopy('refused');
    }
  }

  return (
    <Dialog
      title="Share this run"
      description="Whoever opens the link starts the same scenario with the same choices, on their own machine."
      testId="share-dialog"
      onClose={() => playground.view.openDialog('none')}
    >
      <div className="share-row">
        <input
          ref={field}
          className="share-link code"
          data-testid="share-link"
          aria-label="Link"
          readOnly
          value={link}
          onFocus={(event) => event.currentTarget.select()}
        />
        <Button kind="primary" className="copy-button" data-testid="copy-link" onClick={() => void copyLink()}>
          {copy === 'copied' ? <Check size={15} aria-hidden /> : <Copy size={15} aria-hidden />}
          {copy === 'copied' ? 'Copied' : 'Copy link'}
        </Button>
      </div>
      <p className="share-note number" role="status">
        {copy === 'refused'
          ? 'The browser refused the clipboard. The link is selected: copy it with Ctrl+C or ⌘C.'
          : `${formatCount(link.length)} characters; a link may have up to ${formatCount(LINK_LIMITS.fragmentLengthMax)}. Everything is after the #, which no server sees.`}
      </p>
      <Carried />
    </Dialog>
  );
}

function Carried() {
  const scenario = useRun((state) => state.scenario);
  const parameters = useRun((state) => state.parameters);
  const workers = useRun((state) => (state.workersChosen ? state.workers : undefined));
  const graph = useView((state) => state.graph);
  const selected = useView((state) => state.selected);
  if (scenario === undefined) return null;
  const defaults = defaultsOf(scenario);
  const changed = Object.entries(scenario.parameters).filter(([name]) => parameters[name] !== defaults[name]);
  return (
    <dl className="carried">
      <div>
        <dt>Scenario</dt>
        <dd>{scenario.title}</dd>
      </div>
      <div>
        <dt>Parameters</dt>
        <dd>
          {changed.length === 0
            ? 'all at their defaults'
            : changed.map(([name, { label, unit }]) => `${label} ${parameters[name]} ${unit}`).join(', ')}
        </dd>
      </div>
      <div>
        <dt>Workers</dt>
        <dd>{workers === undefined ? "one for each thread of the reader's machine" : workers}</dd>
      </div>
      <div>
        <dt>View</dt>
        <dd>
          {graph === 'flow' ? 'message flow' : 'supervision tree'}
          {selected !== undefined && (
            <>
              , <code>{selected}</code> selected
            </>
          )}
        </dd>
      </div>
      <div>
        <dt>Not carried</dt>
        <dd>faults and what happened so far: the run starts afresh</dd>
      </div>
    </dl>
  );
}
