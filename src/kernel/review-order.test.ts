/** After a loss the first departure from each worker is waited for by nobody: order of a sender is lost. */
import { expect, it } from 'vitest';
import { FIELD } from './actor-table.ts';
import { handOver } from './moving.ts';
import type { Ref } from './ref.ts';
import { DoSystem, work } from './testdata/do-actor.ts';

function play(loses: boolean): readonly string[] {
  let x!: Ref;
  const s: DoSystem = new DoSystem(
    { Teller: { on: { Work: (_state, { n }, ctx) => ctx.tell(x as never, work(n) as never) } } },
    { workers: 4 },
  );
  s.spawn('/root', 'a', { placement: 0, behavior: 'Teller' });
  s.spawn('/root', 'x', { placement: 2 });
  for (const name of ['a', 'x']) s.table.setField(s.ref(`/root/${name}`).id, FIELD.pinned, 0);
  x = s.ref('/root/x');
  if (loses) {
    s.killWorker(1);
    s.settle();
  }
  s.log.length = 0;
  const between = (from: number, to: number): void => {
    while (s.deliverOneBetween(from, to));
  };
  const move = (path: string, to: number): void => {
    const { kernel, cell } = s.find(path);
    expect(handOver(kernel, cell, to)).toBe(true);
  };
  move('/root/x', 0); // 2 → 0
  between(2, 0); // 0 knows of it; 1 and 3 do not
  s.post('/root/a', work(1));
  s.post('/root/a', work(2));
  s.turn(0); // 1 is held for x, which has not settled
  between(0, 2); // the flush of 0, so that nothing is unread
  move('/root/a', 3); // 0 → 3, with 2 in its mailbox
  between(0, 3);
  s.run(3); // 3 does not know yet where x is: must wait for that news
  between(3, 2);
  between(2, 0); // forwarded, and in at once
  s.settle();
  return s.log;
}

it('order holds without a loss', () => {
  expect(play(false)).toEqual(['/root/x#1 1', '/root/x#1 2']);
});
it('order holds after a loss', () => {
  expect(play(true)).toEqual(['/root/x#1 1', '/root/x#1 2']);
});
