/** A Web Worker as an engine holds it: its control calls, and the end of it. The page makes them, tests make others. */
export interface WorkerHandle<C> {
  readonly control: C;
  /** Called once with a text when the worker fails outside any control call. */
  onFailure(listener: (text: string) => void): void;
  terminate(): void;
}
