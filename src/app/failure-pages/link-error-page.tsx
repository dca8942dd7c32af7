/** A link that could not be followed: what is wrong with it, where, and the way home. */
import type { ErrorCode, ErrorReport } from '../../kernel/errors.ts';
import { remedyOf } from '../../kernel/errors.ts';
import { CATALOG } from '../../scenarios/catalog.ts';
import { Button } from '../ui/button.tsx';
import { usePlayground } from '../use-playground.ts';
import { FullPage } from './full-page.tsx';

export function LinkErrorPage({ error }: { readonly error: ErrorReport }) {
  const playground = usePlayground();
  const first = CATALOG[0];
  return (
    <FullPage title={titleOf(error.code)} testId="link-error" code={error.code}>
      <p className="full-page-message" data-testid="link-error-message">
        {error.message}
      </p>
      <p>{remedyOf(error.code)}</p>
      <dl className="full-page-facts">
        <dt>Code</dt>
        <dd>
          <code data-testid="error-code">{error.code}</code>
        </dd>
        {error.field !== undefined && (
          <>
            <dt>Field</dt>
            <dd>
              <code data-testid="error-field">{error.field}</code>
            </dd>
          </>
        )}
      </dl>
      {first !== undefined && (
        <div className="full-page-buttons">
          <Button
            kind="primary"
            data-testid="go-home"
            onClick={() => {
              window.history.replaceState(null, '', window.location.pathname + window.location.search);
              playground.openScenario(first.id).catch(() => {});
            }}
          >
            Open the default scenario
          </Button>
        </div>
      )}
    </FullPage>
  );
}

function titleOf(code: ErrorCode): string {
  if (code === 'link-newer') return 'This link is from a newer Playhouse';
  if (code === 'link-unknown-scenario') return 'This link asks for a scenario that is not here';
  if (code === 'link-too-long') return 'This link is too long';
  return 'This link cannot be read';
}
