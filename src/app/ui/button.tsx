/** Buttons: with words, or with an icon, a name and a tooltip. */
import './button.css';
import { Tooltip } from '@base-ui/react/tooltip';
import type { ComponentProps, ReactNode } from 'react';

export type ButtonKind = 'plain' | 'primary' | 'danger' | 'quiet';

export interface ButtonProps extends ComponentProps<'button'> {
  readonly kind?: ButtonKind;
}

export function Button({ kind = 'plain', className = '', ...rest }: ButtonProps) {
  return <button type="button" className={`button button-${kind} ${className}`} {...rest} />;
}

export interface IconButtonProps extends ButtonProps {
  /** What it does: the accessible name and the tooltip. */
  readonly label: string;
  /** The key that does the same. */
  readonly shortcut?: string;
  readonly children: ReactNode;
}

export function IconButton({ label, shortcut, kind = 'quiet', className = '', ...rest }: IconButtonProps) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger
        render={<Button kind={kind} className={`icon-button ${className}`} aria-label={label} {...rest} />}
      />
      <Tooltip.Portal>
        <Tooltip.Positioner sideOffset={6} className="tooltip-place">
          <Tooltip.Popup className="tooltip">
            {label}
            {shortcut !== undefined && <Key>{shortcut}</Key>}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}

/** A key of the keyboard. */
export function Key({ children }: { readonly children: ReactNode }) {
  return <kbd className="key">{children}</kbd>;
}
