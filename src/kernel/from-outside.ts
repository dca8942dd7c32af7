/** What comes from outside, from a person or a script, is checked the same way by every engine. */
import { isObject, plainDataMismatch } from './check.ts';
import { PlayhouseError } from './errors.ts';
import type { AnyMessage } from './ref.ts';
import type { Scenario } from './scenario.ts';

/**
 * Before it is known who it is for: then the protocol of the receiver has the last word.
 * @throws PlayhouseError `invalid-message`, naming the field
 */
export function checkOutsideMessage(message: unknown): asserts message is AnyMessage {
  if (!isObject(message) || typeof message['kind'] !== 'string') {
    throw new PlayhouseError('invalid-message', 'A message is an object with a text `kind`.', 'kind');
  }
  const wrong = plainDataMismatch(message);
  if (wrong === undefined) return;
  const text = `Message: field "${wrong.field}" must be ${wrong.expected}, not ${wrong.found}.`;
  throw new PlayhouseError('invalid-message', text, wrong.field);
}

/** @throws PlayhouseError `unknown-parameter`, `invalid-configuration`, naming the field */
export function checkParameter({ parameters }: Scenario, name: string, value: number): void {
  const definition = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  if (definition === undefined) {
    throw new PlayhouseError('unknown-parameter', `This scenario has no parameter "${name}".`, 'name');
  }
  if (value >= definition.min && value <= definition.max) return;
  const text = `${name} must be from ${definition.min} to ${definition.max}, not ${value}.`;
  throw new PlayhouseError('invalid-configuration', text, name);
}
