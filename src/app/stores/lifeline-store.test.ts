/** How the diagram was arranged, for as long as its run is. */
import { expect, test } from 'vitest';
import { createLifelineStore } from './lifeline-store.ts';

test('pins keep their order, and come off again', () => {
  const lifelines = createLifelineStore();
  for (const path of ['/b', '/a', '/c', '/a']) lifelines.togglePin(path);
  expect(lifelines.store.getState().pinned).toEqual(['/b', '/c']);
});

test('hidden ones come back all at once', () => {
  const lifelines = createLifelineStore();
  lifelines.hide('/a');
  lifelines.hide('/b');
  expect([...lifelines.store.getState().hidden]).toEqual(['/a', '/b']);
  lifelines.showAll();
  expect(lifelines.store.getState().hidden.size).toBe(0);
});

test('a fold is closed by any of its steps, and no other with it', () => {
  const lifelines = createLifelineStore();
  for (const step of [10, 40, 90]) lifelines.openFold(step);
  lifelines.closeFolds(35, 60);
  expect([...lifelines.store.getState().opened]).toEqual([10, 90]);
});

test('of another run only the width of a step stays', () => {
  const lifelines = createLifelineStore();
  lifelines.togglePin('/a');
  lifelines.hide('/b');
  lifelines.openFold(3);
  lifelines.setZoom(4);
  lifelines.clear();
  expect(lifelines.store.getState()).toEqual({ pinned: [], hidden: new Set(), opened: new Set(), zoom: 4 });
});
