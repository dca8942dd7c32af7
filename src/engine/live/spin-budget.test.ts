import { describe, expect, it } from 'vitest';
import { SpinBudget } from './spin-budget.ts';

describe('spin budget', () => {
  it('is the whole of what is set where the page and every worker have a thread, and less where they have not', () => {
    expect(new SpinBudget(20_000, 3, 4).looks).toBe(20_000);
    expect(new SpinBudget(20_000, 4, 4).looks).toBe(10_000);
    expect(new SpinBudget(20_000, 8, 4).looks).toBe(625);
  });

  it('shrinks while sleeps are long, to a few looks, and no further', () => {
    const budget = new SpinBudget(20_000, 1, 4);
    budget.slept(50);
    expect(budget.looks).toBe(15_000);
    for (let sleep = 0; sleep < 100; sleep++) budget.slept(50);
    expect(budget.looks).toBe(256);
  });

  it('grows again while work comes just after it was given up, up to what is set', () => {
    const budget = new SpinBudget(20_000, 1, 4);
    for (let sleep = 0; sleep < 100; sleep++) budget.slept(50);
    for (let sleep = 0; sleep < 20; sleep++) budget.slept(0.01);
    expect(budget.looks).toBe(20_000);
  });

  it('grows when work comes late in a spin, and stays when it comes early', () => {
    const budget = new SpinBudget(20_000, 1, 4);
    for (let sleep = 0; sleep < 10; sleep++) budget.slept(50);
    const before = budget.looks;
    budget.found(1);
    expect(budget.looks).toBe(before);
    budget.found(before - 1);
    expect(budget.looks).toBe(before * 2);
  });

  it('set to 0, nobody looks at all', () => {
    const budget = new SpinBudget(0, 1, 4);
    budget.slept(0.01);
    budget.found(0);
    expect(budget.looks).toBe(0);
  });

  it('learns how long a look takes', () => {
    const budget = new SpinBudget(20_000, 1, 4);
    for (let spin = 0; spin < 100; spin++) budget.measured(10_000, 0.2);
    expect(budget.msPerLook).toBeCloseTo(2e-5, 7);
  });
});
