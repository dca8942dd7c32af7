/** Plain data as a tree that folds. Large values are shown in part, and it says how much is left out. */
import './state-tree.css';
import type { ReactNode } from 'react';
import type { Ref } from '../../kernel/ref.ts';
import { useActors, usePlayground } from '../use-playground.ts';

const ENTRIES_MAX = 50;
const DEPTH_MAX = 8;
const OPEN_DEPTH = 2;
const TEXT_MAX = 200;
const REF_KEYS = ['node', 'id', 'generation', 'ask', 'protocol'] as const;

export function StateTree({ value }: { readonly value: unknown }) {
  // An incarnation that is over has none, and the next one has not begun.
  if (value === undefined) return <p className="state-none">None now: it is starting, restarting or asleep.</p>;
  return (
    <div className="state-tree code">
      <Value value={value} depth={0} />
    </div>
  );
}

function Value({ value, depth }: { readonly value: unknown; readonly depth: number }): ReactNode {
  if (typeof value !== 'object' || value === null) return <Leaf value={value} />;
  if (isRef(value)) return <RefLeaf target={value} />;
  const entries = entriesOf(value);
  const isList = !isRecord(value);
  if (entries.length === 0) return <span className="state-punctuation">{isList ? '[]' : '{}'}</span>;
  if (depth >= DEPTH_MAX) return <span className="state-punctuation">…</span>;
  return (
    <ul>
      {entries.slice(0, ENTRIES_MAX).map(([key, child]) => (
        <li key={key}>
          <Entry name={key} value={child} depth={depth + 1} />
        </li>
      ))}
      {entries.length > ENTRIES_MAX && <li className="state-punctuation">… {entries.length - ENTRIES_MAX} more</li>}
    </ul>
  );
}

function Entry({ name, value, depth }: { readonly name: string; readonly value: unknown; readonly depth: number }) {
  const isBranch = typeof value === 'object' && value !== null && !isRef(value) && entriesOf(value).length > 0;
  if (!isBranch) {
    return (
      <div className="state-entry">
        <span className="state-key">{name}</span>
        <Value value={value} depth={depth} />
      </div>
    );
  }
  const count = entriesOf(value).length;
  return (
    <details open={depth <= OPEN_DEPTH && count <= ENTRIES_MAX}>
      <summary>
        <span className="state-key">{name}</span>
        <span className="state-punctuation">{isRecord(value) ? `{${count}}` : `[${count}]`}</span>
      </summary>
      <Value value={value} depth={depth} />
    </details>
  );
}

/** A ref reads better as the actor it leads to. */
function RefLeaf({ target }: { readonly target: Ref }) {
  const { view } = usePlayground();
  const path = useActors((state) => {
    for (const { view: actor } of state.byPath.values()) {
      if (actor.id === target.id && actor.generation === target.generation) return actor.path;
    }
    return undefined;
  });
  if (path === undefined) return <span className="state-word">ref #{target.id}</span>;
  return (
    <button type="button" className="state-ref" onClick={() => view.select(path)}>
      {path}
    </button>
  );
}

function isRef(value: object): value is Ref {
  const keys = Object.keys(value);
  return keys.length === REF_KEYS.length && REF_KEYS.every((key) => typeof Reflect.get(value, key) === 'number');
}

function Leaf({ value }: { readonly value: unknown }) {
  if (typeof value === 'string') {
    return <span className="state-text">"{value.length > TEXT_MAX ? `${value.slice(0, TEXT_MAX)}…` : value}"</span>;
  }
  if (typeof value === 'number' || typeof value === 'bigint')
    return <span className="state-number">{String(value)}</span>;
  return <span className="state-word">{String(value)}</span>;
}

function isRecord(value: object): boolean {
  return !Array.isArray(value) && !(value instanceof Map) && !(value instanceof Set) && !ArrayBuffer.isView(value);
}

function entriesOf(value: object): readonly (readonly [string, unknown])[] {
  if (value instanceof Map) return [...value].map(([key, child]) => [String(key), child]);
  if (value instanceof Set) return [...value].map((child, index) => [String(index), child]);
  return Object.entries(value);
}
