/** The scenario's circuit breakers at hand, whatever is selected. */
import { useShallow } from 'zustand/react/shallow';
import { BreakerPill } from '../ui/breaker-pill.tsx';
import { Button } from '../ui/button.tsx';
import { formatCount } from '../ui/format.ts';
import { useActor, useActors, usePlayground } from '../use-playground.ts';
import { BreakerActions } from './breaker-actions.tsx';

/** More breakers than this are reached through the graph. */
const CARDS_MAX = 4;

export function BreakerCards({ except }: { readonly except: string | undefined }) {
  const paths = useActors(
    useShallow((state) => {
      const found: string[] = [];
      for (const { view } of state.byPath.values()) if (view.breaker !== undefined) found.push(view.path);
      return found;
    }),
  );
  const shown = paths.filter((path) => path !== except).slice(0, CARDS_MAX);
  if (shown.length === 0) return null;
  return (
    <section className="panel-section" aria-labelledby="breakers-title">
      <h2 id="breakers-title">Circuit {shown.length === 1 ? 'breaker' : 'breakers'}</h2>
      {shown.map((path) => (
        <BreakerCard key={path} path={path} />
      ))}
    </section>
  );
}

function BreakerCard({ path }: { readonly path: string }) {
  const { view } = usePlayground();
  const slice = useActor(path);
  if (slice?.view.breaker === undefined) return null;
  return (
    <div className="breaker-card" data-testid="breaker-card" data-path={path}>
      <div className="breaker-card-head">
        <Button kind="quiet" className="path-button" onClick={() => view.select(path)}>
          <code>{path}</code>
        </Button>
        <BreakerPill phase={slice.view.breaker} />
      </div>
      <p className="breaker-card-note number">{formatCount(slice.view.rejected)} requests refused so far</p>
      <BreakerActions path={path} phase={slice.view.breaker} />
    </div>
  );
}
