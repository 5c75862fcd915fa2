import { Button, Modal } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import classes from './confirm-dialog.module.css';
import { ProblemNotice } from './problem-notice.tsx';

interface ConfirmDialogProps {
  readonly title: string;
  readonly onClose: () => void;
  /** The verb on the button: it says what will happen. */
  readonly action: string;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  readonly busy: boolean;
  readonly error: unknown;
  readonly onConfirm: () => void;
  readonly children: ReactNode;
}

/** A question before something that others will feel. It is there while it is asked; then the focus goes back. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  useFocusReturn();
  return (
    <Modal opened onClose={props.onClose} title={props.title} size="lg" closeButtonProps={{ 'aria-label': 'Close' }}>
      <div className={classes.content}>
        {props.children}
        {props.error != null && <ProblemNotice error={props.error} />}
        <div className={classes.buttons}>
          <Button variant="default" onClick={props.onClose}>
            Cancel
          </Button>
          <Button
            color={props.danger === true ? 'red' : 'harbor'}
            disabled={props.disabled === true}
            loading={props.busy}
            onClick={props.onConfirm}
          >
            {props.action}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

/**
 * Gives the focus back when the caller goes away: to what had it, or to the content when that is gone as well, as a button
 * that has done its work may be.
 */
function useFocusReturn(): void {
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      const target = before?.isConnected ? before : document.getElementById('main');
      // After the dialog has let go of the focus.
      setTimeout(() => target instanceof HTMLElement && target.focus({ preventScroll: true }), 0);
    },
    [before],
  );
}
