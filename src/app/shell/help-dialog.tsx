/** The keys of the page. */
import './help-dialog.css';
import { Key } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { usePlayground } from '../use-playground.ts';
import { SHORTCUTS } from './shortcuts.ts';

export function HelpDialog() {
  const { view } = usePlayground();
  return (
    <Dialog
      title="Keyboard shortcuts"
      description="They work everywhere except in text boxes."
      testId="help-dialog"
      onClose={() => view.openDialog('none')}
    >
      <dl className="shortcuts">
        {SHORTCUTS.map(({ keys, what }) => (
          <div key={keys}>
            <dt>{what}</dt>
            <dd>
              <Key>{keys}</Key>
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
