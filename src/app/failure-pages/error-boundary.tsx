/** The last resort: a mistake in the page itself shows as a page with the details, never as a blank one. */
import { Component, type ErrorInfo, type ReactNode } from 'react';
import { Button } from '../ui/button.tsx';
import { VERSION } from '../version.ts';
import { FullPage } from './full-page.tsx';

interface ErrorBoundaryState {
  readonly error: Error | undefined;
  readonly stack: string;
  readonly copied: boolean;
}

export class ErrorBoundary extends Component<{ readonly children: ReactNode }, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { error: undefined, stack: '', copied: false };

  static getDerivedStateFromError(error: unknown): Partial<ErrorBoundaryState> {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override componentDidCatch(_error: unknown, info: ErrorInfo): void {
    this.setState({ stack: info.componentStack ?? '' });
  }

  override render(): ReactNode {
    const { error, stack, copied } = this.state;
    if (error === undefined) return this.props.children;
    const details = `Playhouse ${VERSION}\n${error.stack ?? error.message}\n${stack}`;
    const copyDetails = async (): Promise<void> => {
      try {
        await navigator.clipboard.writeText(details);
        this.setState({ copied: true });
      } catch {
        // The message itself is on the page and can be selected.
      }
    };
    return (
      <FullPage title="The page made a mistake" testId="page-error">
        <p className="full-page-message">
          <code>{error.message}</code>
        </p>
        <p>Your choices are in the address. Reloading starts the scenario again with them.</p>
        <div className="full-page-buttons">
          <Button kind="primary" data-testid="reload" onClick={() => window.location.reload()}>
            Reload
          </Button>
          <Button data-testid="copy-details" onClick={() => void copyDetails()}>
            {copied ? 'Copied' : 'Copy details'}
          </Button>
        </div>
      </FullPage>
    );
  }
}
