/** Faults: what a person or a plan does to a running system. Plain data, the same in both engines. */
export type Fault =
  /** The actor fails as if a handler had thrown; its supervisor decides. */
  | { readonly kind: 'crash'; readonly path: string; readonly error?: string }
  /** Every turn of the actor takes this much longer. The actor waits, its worker does not. 0 takes the fault back. */
  | { readonly kind: 'slow'; readonly path: string; readonly delayMs: number }
  | { readonly kind: 'trip-breaker'; readonly path: string }
  | { readonly kind: 'reset-breaker'; readonly path: string }
  | { readonly kind: 'set-parameter'; readonly name: string; readonly value: number };
