/** Taking one of the choices that are on screen, by a button or by its digit. */
import type { ChoiceKey } from '../../kernel/intervention.ts';
import type { Playground } from '../playground.ts';
import { presentChoices } from '../stores/simulation-store.ts';

/** Choices that a digit takes. */
export const CHOICE_KEYS = 9;

/** Takes it if it is one of the present position: what is on screen may for a moment still be of an earlier one. */
export function takeChoice({ simulation, transport }: Playground, key: ChoiceKey): void {
  const choices = presentChoices(simulation.store.getState()) ?? [];
  if (choices.some((choice) => choice.key === key)) void transport.show(transport.choose(key));
}

/** Takes the first one for 1, the second one for 2, and so on. */
export function takeNumber({ simulation, transport }: Playground, number: number): void {
  const choice = presentChoices(simulation.store.getState())?.[number - 1];
  if (choice !== undefined) void transport.show(transport.choose(choice.key));
}
