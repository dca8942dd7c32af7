/**
 * Messages on their way, as dots over the graph. Where a dot is depends on virtual time alone, so that a paused run shows
 * them standing still, and the same step always looks the same. Dots are moved by hand, once a frame while the run plays:
 * hundreds of them are too many for React.
 */
import './in-flight-layer.css';
import { useStore, ViewportPortal } from '@xyflow/react';
import { type PointerEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { InFlight } from '../../engine/simulation.ts';
import { usePlayground, useRun, useSimulation } from '../use-playground.ts';
import { InFlightCard } from './in-flight-card.tsx';
import type { GraphLayout } from './layout.ts';
import { createRoutes, type Point, pointOn, shareOfWay } from './route.ts';

const SVG = 'http://www.w3.org/2000/svg';
const RADIUS = 6;

export function InFlightLayer({ layout }: { readonly layout: GraphLayout }) {
  const { loop } = usePlayground();
  const engine = useRun((state) => state.simulation);
  const place = useRef<SVGGElement>(null);
  const dots = useRef(new Map<number, SVGCircleElement>());
  const [pointed, setPointed] = useState<number>();
  const [pinned, setPinned] = useState<number>();
  const [left, top, zoom] = useStore((state) => state.transform);
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const isPlaying = useSimulation((state) => state.reading?.isPlaying ?? false);
  const reading = useSimulation((state) => state.reading);
  // Another run counts its messages from the start: the same number is another message there.
  const [engineBefore, setEngineBefore] = useState(engine);
  if (engineBefore !== engine) {
    setEngineBefore(engine);
    setPinned(undefined);
    setPointed(undefined);
  }
  const routes = useMemo(() => createRoutes(layout), [layout]);

  const draw = useCallback(() => {
    const group = place.current;
    if (group === null || engine === undefined) return;
    const { inFlight, atMs } = engine.simulation();
    const seen = new Set<number>();
    for (const message of inFlight) {
      const at = placeOf(message, atMs, routes);
      if (at === undefined) continue;
      seen.add(message.id);
      let dot = dots.current.get(message.id);
      if (dot === undefined) {
        dot = makeDot(message);
        dots.current.set(message.id, dot);
        group.append(dot);
      }
      dot.setAttribute('transform', `translate(${at.x.toFixed(1)} ${at.y.toFixed(1)})`);
    }
    for (const [id, dot] of dots.current) {
      if (seen.has(id)) continue;
      dot.remove();
      dots.current.delete(id);
    }
  }, [engine, routes]);

  // Standing still it is drawn when the reading changes; playing, in every frame.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new reading is what there is to draw.
  useEffect(draw, [draw, reading]);
  useEffect(() => (isPlaying ? loop.animate(draw) : undefined), [isPlaying, loop, draw]);
  useEffect(() => {
    const known = dots.current;
    return () => {
      for (const dot of known.values()) dot.remove();
      known.clear();
    };
  }, []);

  const idOf = (event: PointerEvent | React.MouseEvent): number | undefined => {
    const id = event.target instanceof SVGElement ? event.target.dataset['id'] : undefined;
    return id === undefined ? undefined : Number(id);
  };
  const find = (wanted: number | undefined): InFlight | undefined =>
    wanted === undefined ? undefined : reading?.inFlight.find(({ id }) => id === wanted);
  // One that was clicked and has arrived since no longer stands in the way of the others.
  const held = find(pinned);
  const shown = held ?? find(pointed);
  const at = shown && reading && placeOf(shown, reading.atMs, routes);
  return (
    <ViewportPortal>
      <svg className="in-flight-layer" aria-hidden style={{ '--zoom': zoom } as React.CSSProperties}>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: for the pointer alone; the panel Next lists the same. */}
        <g
          ref={place}
          onPointerOver={(event) => setPointed(idOf(event))}
          onPointerOut={() => setPointed(undefined)}
          onClick={(event) => {
            event.stopPropagation();
            setPinned(idOf(event));
          }}
        />
      </svg>
      {shown !== undefined && at !== undefined && (
        <InFlightCard
          message={shown}
          x={at.x}
          y={at.y}
          view={{ left, top, zoom, width, height }}
          isPinned={held !== undefined}
          onClose={() => setPinned(undefined)}
        />
      )}
    </ViewportPortal>
  );
}

function placeOf(message: InFlight, nowMs: number, routes: ReturnType<typeof createRoutes>): Point | undefined {
  const route = routes(message.from, message.to);
  return route && pointOn(route, shareOfWay(message, nowMs));
}

function makeDot({ id, from, to, kind, isSignal }: InFlight): SVGCircleElement {
  const dot = document.createElementNS(SVG, 'circle');
  dot.setAttribute('r', String(RADIUS));
  dot.setAttribute('class', 'in-flight');
  Object.assign(dot.dataset, { testid: 'in-flight', id: String(id), from, to, kind, signal: String(isSignal) });
  return dot;
}
