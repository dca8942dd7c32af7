/**
 * What the page remembers from visit to visit: the theme and the widths of its panels. A browser that blocks site data
 * throws at the very mention of `localStorage`; there these last as long as the page.
 */
const memory = new Map<string, string>();

export const remembered: Pick<Storage, 'getItem' | 'setItem'> = {
  getItem(key) {
    try {
      return window.localStorage.getItem(key);
    } catch {
      return memory.get(key) ?? null;
    }
  },
  setItem(key, value) {
    try {
      window.localStorage.setItem(key, value);
    } catch {
      memory.set(key, value);
    }
  },
};
