import { Button } from '@mantine/core';
import { IconScissors } from '@tabler/icons-react';
import { useTray } from './tray.ts';

interface PickButtonProps {
  /** As `firebreak whatif --toggle` takes it. */
  readonly toggle: string;
  /** What it is, for screen readers, so that a row of them can be told apart. */
  readonly of: string;
}

/** Puts an edge, an object, a node or an action into the what-if tray, or takes it out again. */
export function PickButton({ toggle, of }: PickButtonProps) {
  const tray = useTray();
  const picked = tray.picked.includes(toggle);
  return (
    <Button
      size="compact-xs"
      variant={picked ? 'filled' : 'default'}
      leftSection={<IconScissors size={13} aria-hidden />}
      aria-pressed={picked}
      aria-label={`What if without ${of}`}
      disabled={!picked && tray.full}
      onClick={() => (picked ? tray.drop(toggle) : tray.pick(toggle))}
    >
      What if without
    </Button>
  );
}
