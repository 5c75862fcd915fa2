import { Button } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';

interface CopyButtonProps {
  readonly text: () => string;
  readonly label: string;
}

/** Copies on demand; the label says what, so that a row of them can be told apart. */
export function CopyButton({ text, label }: CopyButtonProps) {
  const clipboard = useClipboard({ timeout: 2000 });
  return (
    <Button
      size="compact-sm"
      variant="subtle"
      leftSection={clipboard.copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
      onClick={() => clipboard.copy(text())}
    >
      {clipboard.error ? 'Copying is blocked' : clipboard.copied ? 'Copied' : label}
    </Button>
  );
}
