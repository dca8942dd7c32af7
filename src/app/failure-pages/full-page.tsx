/** A page that says what is wrong and what to do, instead of the playground. */
import './full-page.css';
import type { ReactNode } from 'react';
import { Logo } from '../shell/logo.tsx';

export interface FullPageProps {
  readonly title: string;
  readonly testId: string;
  readonly code?: string;
  readonly children: ReactNode;
}

export function FullPage({ title, testId, code, children }: FullPageProps) {
  return (
    <main className="full-page" data-testid={testId} data-code={code}>
      <div className="full-page-content" role="alert">
        <Logo />
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}
