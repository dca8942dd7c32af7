/**
 * The handlers of one behaviour, and the way from a message to its handler: generated code where that is allowed, because
 * it is gone for every message handled. In the generated switch each handler has a call of its own, so that the compiler
 * can put the handler itself in that place.
 */
import { compile, quote } from '../base/compile.ts';
import { batched } from './batch.ts';
import type { AnyHandlers } from './definition.ts';
import type { AnyMessage } from './ref.ts';

export type Handler = (state: unknown, message: AnyMessage, ctx: unknown) => void;

/** Calls the handler of the message's kind and returns what it returned; UNHANDLED where there is none. */
export type Dispatch = (state: unknown, message: AnyMessage, ctx: unknown) => unknown;

/** No handler returns this. */
export const UNHANDLED: unique symbol = Symbol('unhandled');

export class Handlers {
  readonly byKind: ReadonlyMap<string, Handler>;
  readonly dispatch: Dispatch;

  constructor(handlers: AnyHandlers) {
    this.byKind = new Map(
      Object.entries(handlers).map(([kind, handler]) => [
        kind,
        typeof handler === 'function' ? handler : batched(handler),
      ]),
    );
    this.dispatch = generateDispatch(this.byKind) ?? interpretDispatch(this.byKind);
  }
}

export function interpretDispatch(byKind: ReadonlyMap<string, Handler>): Dispatch {
  return (state, message, ctx) => {
    const handler = byKind.get(message.kind);
    return handler === undefined ? UNHANDLED : handler(state, message, ctx);
  };
}

export function generateDispatch(byKind: ReadonlyMap<string, Handler>): Dispatch | undefined {
  const names = [...byKind.keys()].map((_, index) => `h${index}`);
  const cases = [...byKind.keys()].map((kind, index) => `case ${quote(kind)}: return h${index}(s, m, c);`);
  const captured = Object.fromEntries([...byKind.values()].map((handler, index) => [names[index], handler]));
  return compile(
    { ...captured, UNHANDLED },
    `(s, m, c) => { switch (m.kind) { ${cases.join(' ')} } return UNHANDLED; }`,
  );
}
