/** Actors that move after a worker was lost: departures are counted anew, and waited for as before. */
import { expect, it } from 'vitest';
import { FIELD } from './actor-table.ts';
import { handOver } from './moving.ts';
import { type DoOptions, type DoRef, DoSystem, work } from './testdata/do-actor.ts';
import { lose } from './testdata/lost-worker.ts';

it.each([
  { title: 'as long as no worker is lost', loses: false },
  { title: 'after a worker was lost', loses: true },
])('messages of a sender that moves keep their order on their way to one that has moved, $title', ({ loses }) => {
  let x: DoRef | undefined;
  const Teller: DoOptions = { on: { Work: (_, { n }, ctx) => ctx.tell(x as DoRef, work(n)) } };
  const s = new DoSystem({ Teller }, { workers: 4 });
  const a = s.spawn('/root', 'a', { placement: 0, behavior: 'Teller' });
  x = s.spawn('/root', 'x', { placement: 2 });
  for (const { id } of [a, x]) s.table.setField(id, FIELD.pinned, 0);
  if (loses) lose(s);
  const deliver = (from: number, to: number): void => {
    while (s.deliverOneBetween(from, to));
  };
  const move = (path: string, to: number): void => {
    const { kernel, cell } = s.find(path);
    expect(handOver(kernel, cell, to)).toBe(true);
  };
  move('/root/x', 0);
  // 0 knows of it; 1 and 3 do not.
  deliver(2, 0);
  for (const n of [1, 2]) s.post('/root/a', work(n));
  // The first one is held for x, which has not settled.
  s.turn(0);
  // So that nothing is unread.
  deliver(0, 2);
  // With the second one in its mailbox.
  move('/root/a', 3);
  deliver(0, 3);
  // 3 does not know yet where x is, and must wait for that.
  s.run(3);
  deliver(3, 2);
  // What is passed on goes in at once.
  deliver(2, 0);
  s.settle();
  expect(s.log).toEqual(['/root/x#1 1', '/root/x#1 2']);
});
