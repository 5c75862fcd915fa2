import { Kbd, Modal, Switch } from '@mantine/core';
import classes from './shortcut-help.module.css';
import { useShortcuts } from './shortcuts.tsx';

interface ShortcutHelpProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** The shortcuts that this page offers now. */
export function ShortcutHelp({ opened, onClose }: ShortcutHelpProps) {
  const { offered, enabled, setEnabled } = useShortcuts();
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard shortcuts" closeButtonProps={{ 'aria-label': 'Close' }}>
      <dl className={classes.list}>
        {offered.map(({ keys, title }) => (
          <div key={`${keys} ${title}`}>
            <dt>
              {keys.split(' ').map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd>{title}</dd>
          </div>
        ))}
      </dl>
      <p className="fb-quiet">
        On the drawing: arrows move, <Kbd>+</Kbd> and <Kbd>-</Kbd> zoom, <Kbd>0</Kbd> shows all. Everything in it is
        also in the table.
      </p>
      <Switch
        label="Shortcuts are on"
        checked={enabled}
        onChange={(event) => setEnabled(event.currentTarget.checked)}
      />
    </Modal>
  );
}
