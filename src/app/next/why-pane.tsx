/**
 * What led to a step: from its first cause to the step itself. It stays while its links are followed, so that one can walk
 * along them.
 */
import './why-pane.css';
import { X } from 'lucide-react';
import { IconButton } from '../ui/button.tsx';
import { formatCount, formatVirtual, nameOf } from '../ui/format.ts';
import { usePlayground, useSimulation } from '../use-playground.ts';

/** The nearest causes are the last ones. */
function toTheEnd(list: HTMLElement | null): void {
  list?.scrollTo({ top: list.scrollHeight });
}

export function WhyPane() {
  const { simulation, transport } = usePlayground();
  const questioned = useSimulation((state) => state.questioned);
  const answer = useSimulation((state) => (state.why?.of === state.questioned ? state.why : undefined));
  const step = useSimulation((state) => state.reading?.step);
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
      {answer?.value !== undefined && (
        <ol className="causes" ref={toTheEnd}>
          {answer.value.map((link) => (
            <li key={link.step} className="cause" data-testid="cause" data-step={link.step} data-kind={link.kind}>
              <button
                type="button"
                className="cause-link"
                aria-current={link.step === step ? 'step' : undefined}
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
          ))}
        </ol>
      )}
    </section>
  );
}
