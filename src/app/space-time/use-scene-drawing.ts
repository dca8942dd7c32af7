/** Keeps a canvas showing a scene, in the page's frame loop: when the scene, the theme, a font or the size changes. */
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { readPalette } from '../plots/palette.ts';
import type { Palette } from '../plots/plot-drawing.ts';
import type { Size } from '../ui/use-size.ts';
import { usePlayground, useView } from '../use-playground.ts';
import { createDrawing } from './drawing.ts';
import type { Scroll } from './geometry.ts';
import type { Scene } from './scene.ts';

export interface SceneDrawing {
  readonly palette: Palette;
  /** Draws in the next frame, with the scroll position of then. */
  readonly drawSoon: () => void;
}

/** @param scene the same object as long as nothing in it has changed */
export function useSceneDrawing(
  canvas: RefObject<HTMLCanvasElement | null>,
  size: Size,
  scene: Omit<Scene, 'scroll'>,
  scroll: RefObject<Scroll>,
): SceneDrawing {
  const { loop } = usePlayground();
  const theme = useView((state) => state.theme);
  const fonts = useFonts();
  const latest = useRef(scene);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme is what changes the custom properties.
  const palette = useMemo(readPalette, [theme]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: widths of texts change with the fonts.
  const drawScene = useMemo(() => createDrawing(palette), [palette, fonts]);

  const draw = useCallback(() => {
    const pen = canvas.current?.getContext('2d');
    if (!pen) return;
    const ratio = window.devicePixelRatio || 1;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawScene(pen, { ...latest.current, scroll: scroll.current });
  }, [canvas, drawScene, scroll]);
  const drawSoon = useCallback(() => loop.draw(draw), [loop, draw]);

  useEffect(() => {
    if (canvas.current !== null) {
      const ratio = window.devicePixelRatio || 1;
      canvas.current.width = Math.round(size.width * ratio);
      canvas.current.height = Math.round(size.height * ratio);
    }
    drawSoon();
  }, [canvas, size, drawSoon]);

  useEffect(() => {
    latest.current = scene;
    drawSoon();
  }, [scene, drawSoon]);

  return { palette, drawSoon };
}

/** A canvas does not draw itself again when a font has come: how often that was. */
function useFonts(): number {
  const [loads, setLoads] = useState(0);
  useEffect(() => {
    const onLoaded = (): void => setLoads((before) => before + 1);
    document.fonts.addEventListener('loadingdone', onLoaded);
    return () => document.fonts.removeEventListener('loadingdone', onLoaded);
  }, []);
  return loads;
}
