import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import { Notice } from '../../ui/notice.tsx';

interface BreakGlassAskProps {
  readonly busy: boolean;
  readonly onBreak: (reason: string) => void;
}

/** As the server wants it. */
const leastReason = 20;

/** Offered only after the policy refused: what breaking glass means, and the reason that it needs. */
export function BreakGlassAsk({ busy, onBreak }: BreakGlassAskProps) {
  const [reason, setReason] = useState('');
  const given = reason.trim();
  return (
    <Notice tone="danger" title="In an emergency you can break glass.">
      <div>
        The steps are approved against the policy, in your name. The log, every page and the status say so until
        somebody else has signed it off; you can do it three times a day. A drastic step still needs a second person.
      </div>
      <Textarea
        label="Why it cannot wait for somebody whom the policy lets"
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        minRows={2}
        autosize
        maxLength={2000}
      />
      <div>
        <Button color="red" disabled={given.length < leastReason} loading={busy} onClick={() => onBreak(given)}>
          Break glass
        </Button>
      </div>
    </Notice>
  );
}
