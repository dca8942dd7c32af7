/** A modal dialog with a title; focus, Escape and the backdrop come from Base UI. */
import './dialog.css';
import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';

export interface DialogProps {
  readonly title: string;
  readonly description: string;
  readonly onClose: () => void;
  readonly testId: string;
  readonly children: ReactNode;
}

export function Dialog({ title, description, onClose, testId, children }: DialogProps) {
  return (
    <Base.Root open onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="dialog-backdrop" />
        <Base.Popup className="dialog" data-testid={testId}>
          <div className="dialog-head">
            <Base.Title className="dialog-title">{title}</Base.Title>
            <Base.Close className="button button-quiet icon-button" aria-label="Close">
              <X size={16} aria-hidden />
            </Base.Close>
          </div>
          <Base.Description className="dialog-description">{description}</Base.Description>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
