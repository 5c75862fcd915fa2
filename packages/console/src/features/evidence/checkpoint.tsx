import { CopyButton } from '../../ui/copy-button.tsx';
import { Panel } from '../../ui/panel.tsx';
import { visible } from '../../ui/visible.ts';
import classes from './checkpoint.module.css';

interface CheckpointProps {
  readonly checkpoint: string;
  readonly verifierKey: string;
}

/** The signed head of the log, and the key to check it with. */
export function Checkpoint({ checkpoint, verifierKey }: CheckpointProps) {
  return (
    <Panel title="Signed checkpoint" aside={<CopyButton label="Copy checkpoint" text={() => checkpoint} />}>
      {checkpoint === '' ? (
        <p className={classes.plain}>The log has no checkpoint yet.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        <pre className={classes.note} tabIndex={0}>
          {checkpoint.split('\n').map(visible).join('\n')}
        </pre>
      )}
      <div className={classes.keyHead}>
        <span className="fb-quiet">Verifier key</span>
        <CopyButton label="Copy key" text={() => verifierKey} />
      </div>
      <code className={classes.key}>{visible(verifierKey)}</code>
      <p className={classes.plain}>
        Keep the key somewhere else than on this server: whoever holds a copy can tell whether the log was rewritten.
      </p>
    </Panel>
  );
}
