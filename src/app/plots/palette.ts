/** The theme's colours, resolved for a canvas. Made anew when the theme changes. */
import { workerColorValue } from '../ui/worker-color.ts';
import type { Palette } from './plot-drawing.ts';

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const known = new Map<string, string>();
  const resolve = (name: string): string => {
    if (!name.startsWith('worker-')) return style.getPropertyValue(name).trim();
    const lightness = style.getPropertyValue('--worker-lightness').trim();
    const chroma = style.getPropertyValue('--worker-chroma').trim();
    return workerColorValue(Number(name.slice('worker-'.length)), lightness, chroma);
  };
  return {
    font: `11px ${style.getPropertyValue('--font-text')}`,
    color(name) {
      let value = known.get(name);
      if (value === undefined) {
        value = resolve(name);
        known.set(name, value);
      }
      return value;
    },
  };
}
