/**
 * Single messages of a live run, as dots over the graph: those whose times were measured, each once, from its sender to its
 * receiver. Threads pass messages on in microseconds, so a dot takes its time on purpose; that it comes says that the message
 * was there. Only while this is on screen do the workers write these messages down.
 */
import { Panel, useStore, ViewportPortal } from '@xyflow/react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Engine } from '../../engine/engine.ts';
import { formatCount } from '../ui/format.ts';
import { useMediaQuery } from '../ui/use-media-query.ts';
import { usePlayground, useRun, useSummary } from '../use-playground.ts';
import type { GraphLayout } from './layout.ts';
import { createRoutes, pointOn, type Route } from './route.ts';

const SVG = 'http://www.w3.org/2000/svg';
/** How long a dot is on its way. */
const WAY_MS = 700;
/** Dots at a time; more would hide what they move over. */
const DOTS_MAX = 48;
/** Between two looks at what has come. Those of one look set out one after the other until the next one. */
const LOOK_EVERY_MS = 120;
/** So that as many set out as arrive, and not all at once. */
const DOTS_PER_LOOK = Math.floor((DOTS_MAX * LOOK_EVERY_MS) / WAY_MS);

interface Dot {
  readonly circle: SVGCircleElement;
  readonly route: Route;
  readonly startMs: number;
}

export function MeasuredMessagesLayer({ layout }: { readonly layout: GraphLayout }) {
  const { loop } = usePlayground();
  const engine = useRun((state) => (state.phase === 'ready' ? state.engine : undefined));
  const isRunning = useSummary((state) => state.status === 'running');
  const isStill = useMediaQuery('(prefers-reduced-motion: reduce)');
  const place = useRef<SVGGElement>(null);
  const zoom = useStore((state) => state.transform[2]);
  const routes = useMemo(() => createRoutes(layout), [layout]);
  const [lost, setLost] = useState(0);
  const isShown = engine !== undefined && isRunning && !isStill;

  const animate = useCallback(
    (from: Engine) => {
      const dots: Dot[] = [];
      let next = (from.messages().messages.at(-1)?.sequence ?? 0) + 1;
      let lookedAtMs = Number.NEGATIVE_INFINITY;

      function look(nowMs: number): void {
        lookedAtMs = nowMs;
        const { messages, lost: overwritten } = from.messages(next);
        setLost(overwritten);
        next = (messages.at(-1)?.sequence ?? next - 1) + 1;
        const room = Math.min(DOTS_PER_LOOK, DOTS_MAX - dots.length);
        // Evenly spread over what has come: the first ones alone would all be from one moment.
        const stride = Math.max(1, Math.ceil(messages.length / Math.max(1, room)));
        const chosen = room > 0 ? messages.filter((_, index) => index % stride === 0) : [];
        for (const [index, { from: sender, to, kind }] of chosen.entries()) {
          const route = routes(sender, to);
          if (route === undefined || place.current === null) continue;
          const circle = document.createElementNS(SVG, 'circle');
          circle.setAttribute('class', 'measured-message');
          Object.assign(circle.dataset, { testid: 'measured-message', from: sender, to, kind });
          circle.setAttribute('visibility', 'hidden');
          place.current.append(circle);
          dots.push({ circle, route, startMs: nowMs + (index / chosen.length) * LOOK_EVERY_MS });
        }
      }

      function frame(): void {
        const nowMs = performance.now();
        if (nowMs - lookedAtMs >= LOOK_EVERY_MS) look(nowMs);
        for (let index = dots.length - 1; index >= 0; index--) {
          const { circle, route, startMs } = dots[index] as Dot;
          const share = (nowMs - startMs) / WAY_MS;
          if (share < 0) continue;
          if (share >= 1) {
            circle.remove();
            dots.splice(index, 1);
            continue;
          }
          const { x, y } = pointOn(route, share);
          circle.setAttribute('visibility', 'visible');
          circle.setAttribute('transform', `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
        }
      }

      const stop = loop.animate(frame);
      return () => {
        stop();
        for (const { circle } of dots) circle.remove();
      };
    },
    [loop, routes],
  );

  useEffect(() => {
    if (!isShown) return;
    // A hidden tab shows nothing, so that nothing need be written.
    const say = (): void => engine.observe({ messages: !document.hidden });
    say();
    document.addEventListener('visibilitychange', say);
    return () => {
      document.removeEventListener('visibilitychange', say);
      engine.observe({ messages: false });
    };
  }, [engine, isShown]);
  useEffect(() => (isShown ? animate(engine) : undefined), [engine, isShown, animate]);

  return (
    <>
      <ViewportPortal>
        <svg className="measured-messages" aria-hidden style={{ '--zoom': zoom } as React.CSSProperties}>
          <g ref={place} />
        </svg>
      </ViewportPortal>
      {isShown && lost > 0 && (
        <Panel position="top-left">
          <p
            className="measured-lost number"
            data-testid="measured-lost"
            title="The dots are a sample of the messages. These could not be shown in time; they arrived all the same."
          >
            {formatCount(lost)} of the sampled messages not shown
          </p>
        </Panel>
      )}
    </>
  );
}
