/** Answers that come, that come too late, and that never come. */
import { describe, expect, it } from 'vitest';
import { PlayhouseError } from '../../kernel/errors.ts';
import { OpenAnswers } from './open-answers.ts';

const lost = new PlayhouseError('worker-lost', 'It is gone.');
const never = new Promise<never>(() => undefined);

describe('open answers', () => {
  it('are kept only as long as they are open', async () => {
    const answers = new OpenAnswers();
    const waits = [
      answers.wait(Promise.resolve(1)),
      answers.wait(Promise.reject(new Error('no'))),
      answers.wait(new Promise((resolve) => setTimeout(resolve, 5, 2)), { ms: 10_000, error: () => lost }),
    ];
    expect(answers.count).toBe(3);
    const settled = await Promise.allSettled(waits);
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(answers.count).toBe(0);
  });

  it('are given up when their time is up', async () => {
    const answers = new OpenAnswers();
    await expect(answers.wait(never, { ms: 2, error: () => lost })).rejects.toBe(lost);
    expect(answers.count).toBe(0);
    expect(answers.ended).toBeUndefined();
  });

  it('all end when everything does, for the first reason', async () => {
    const answers = new OpenAnswers();
    const waits = [answers.wait(never), answers.wait(never, { ms: 10_000, error: () => lost })];
    const stopped = new PlayhouseError('not-started', 'Stopped.');
    answers.end(stopped);
    answers.end(lost);
    for (const settled of await Promise.allSettled(waits)) expect(settled).toMatchObject({ reason: stopped });
    expect(answers.count).toBe(0);
    expect(answers.ended).toBe(stopped);
  });
});
