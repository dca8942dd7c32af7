/** The selected actor's state, asked for twice a second at most, and only while it is on screen. */
import { useEffect, useState } from 'react';
import { asPlayhouseError } from '../stores/run-store.ts';
import { usePlayground, useRun } from '../use-playground.ts';
import { StateTree } from './state-tree.tsx';

const REFRESH_MS = 500;

type Shown =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'state'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly message: string };

export function ActorState({ path }: { readonly path: string }) {
  const { run } = usePlayground();
  const engine = useRun((state) => (state.phase === 'ready' ? state.engine : undefined));
  const [shown, setShown] = useState<Shown>({ kind: 'waiting' });

  useEffect(() => {
    let isCurrent = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    async function refresh(): Promise<void> {
      let next: Shown;
      try {
        next = { kind: 'state', value: await run.engine().state(path) };
      } catch (thrown) {
        next = { kind: 'refused', message: asPlayhouseError(thrown).message };
      }
      if (!isCurrent) return;
      setShown(next);
      // The next one is asked for only after this one came back, so that a slow actor is never asked twice.
      timer = setTimeout(refresh, REFRESH_MS);
    }
    setShown({ kind: 'waiting' });
    if (engine !== undefined) void refresh();
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [path, engine, run]);

  return (
    <div className="actor-state">
      <h3>State</h3>
      <div className="actor-state-box" data-testid="actor-state" data-kind={shown.kind}>
        {shown.kind === 'state' ? <StateTree value={shown.value} /> : null}
        {shown.kind === 'refused' ? <p className="inspector-gone">{shown.message}</p> : null}
        {shown.kind === 'waiting' ? <p className="inspector-gone">Asking…</p> : null}
      </div>
    </div>
  );
}
