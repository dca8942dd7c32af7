/**
 * What led to a step: from its first cause to the step itself. It stays while its links are followed, so that one can walk
 * along them.
 */
import './why-pane.css';
import { X } from 'lucide-react';
import { useState } from 'react';
import type { CauseLink } from '../../engine/simulation.ts';
import { IconButton } from '../ui/button.tsx';
import { formatCount, formatVirtual, nameOf } from '../ui/format.ts';
import { usePlayground, useSimulation } from '../use-playground.ts';
import { foldCauses } from './fold-causes.ts';

/** The nearest causes are the last ones. */
function toTheEnd(list: HTMLElement | null): void {
  list?.scrollTo({ top: list.scrollHeight });
}

export function WhyPane() {
  const { simulation } = usePlayground();
  const questioned = useSimulation((state) => state.questioned);
  const answer = useSimulation((state) => (state.why?.of === state.questioned ? state.why : undefined));
  if (questioned === undefined) return null;
  return (
    <section className="why-pane" aria-labelledby="why-title" data-testid="why-pane" data-step={questioned}>
      <header className="why-head">
        <h2 id="why-title">
          Why step <span className="number">{formatCount(questioned)}</span>?
        </h2>
        <IconButton label="Close" data-testid="why-close" onClick={() => simulation.ask(undefined)}>
          <X size={15} aria-hidden />
        </IconButton>
      </header>
      {answer === undefined && <p className="why-note">Looking for its causes…</p>}
      {answer?.error !== undefined && <p className="why-note">{answer.error.message}</p>}
      {/* Another question begins folded again. */}
      {answer?.value !== undefined && <Causes key={questioned} links={answer.value} />}
    </section>
  );
}

function Causes({ links }: { readonly links: readonly CauseLink[] }) {
  const [isOpen, setOpen] = useState(false);
  const { first, folded, last } = foldCauses(links);
  return (
    <ol className="causes" ref={toTheEnd}>
      {first.map((link) => (
        <Cause key={link.step} link={link} />
      ))}
      {folded.length > 0 && !isOpen && (
        <li className="cause cause-fold">
          <button type="button" className="cause-more" data-testid="causes-more" onClick={() => setOpen(true)}>
            {formatCount(folded.length)} more
          </button>
        </li>
      )}
      {isOpen && folded.map((link) => <Cause key={link.step} link={link} />)}
      {last.map((link) => (
        <Cause key={link.step} link={link} />
      ))}
    </ol>
  );
}

function Cause({ link }: { readonly link: CauseLink }) {
  const { transport } = usePlayground();
  const isPresent = useSimulation((state) => state.reading?.step === link.step);
  return (
    <li className="cause" data-testid="cause" data-step={link.step} data-kind={link.kind}>
      <button
        type="button"
        className="cause-link"
        aria-current={isPresent ? 'step' : undefined}
        title={`Go to step ${formatCount(link.step)}`}
        onClick={() => transport.show(transport.seek(link.step))}
      >
        <span className="cause-what">
          <strong>{link.path === '' ? 'the system' : nameOf(link.path)}</strong> {link.label}
        </span>
        <span className="cause-when number">
          {formatCount(link.step)} · {formatVirtual(link.atMs)}
        </span>
        {link.text !== '' && <span className="cause-text">{link.text}</span>}
      </button>
    </li>
  );
}
