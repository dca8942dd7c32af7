/** A row of choices of which one is in force, as tabs over one panel each. */
import './segmented.css';
import { Tabs } from '@base-ui/react/tabs';
import type { ReactNode } from 'react';

export interface Segment<T extends string> {
  readonly value: T;
  readonly label: ReactNode;
  readonly testId: string;
  readonly disabled?: boolean;
  /** What it is, or why it cannot be chosen. */
  readonly title?: string;
}

export interface SegmentedProps<T extends string> {
  readonly label: string;
  readonly segments: readonly Segment<T>[];
}

/** To be placed inside of `Tabs.Root`, whose value it shows. */
export function Segmented<T extends string>({ label, segments }: SegmentedProps<T>) {
  return (
    <Tabs.List className="segmented" aria-label={label}>
      {segments.map(({ value, label: content, testId, disabled = false, title }) => (
        <Tabs.Tab
          key={value}
          value={value}
          className="segment"
          data-testid={testId}
          disabled={disabled}
          title={title}
          // Whoever came with a pointer goes on with the keys of the page: the arrows are steps there.
          onClick={(event) => event.detail > 0 && event.currentTarget.blur()}
        >
          {content}
        </Tabs.Tab>
      ))}
    </Tabs.List>
  );
}
