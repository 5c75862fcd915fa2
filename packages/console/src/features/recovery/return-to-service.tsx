import { type RecoveryBoard, type RecoveryRole, recoveryRoles } from '@firebreak/contract/answers/recovery';
import { Button, Group } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../data/client.ts';
import { may, usePrincipal } from '../../data/session.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Digest } from '../../ui/digest.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Tag } from '../../ui/tag.tsx';
import classes from './recovery-tab.module.css';

const words: Readonly<Record<RecoveryRole, string>> = {
  security: 'Security',
  'model-owner': 'Owner of the model',
  'service-owner': 'Owner of the service',
};

type Asked = { readonly is: 'sign'; readonly as: RecoveryRole } | { readonly is: 'attest' } | { readonly is: 'return' };

/** Sign-off by role, the attestation, and the step that gives access back. */
export function ReturnToService({ board }: { readonly board: RecoveryBoard }) {
  const principal = usePrincipal();
  const [asked, ask] = useState<Asked | null>(null);
  const complete = board.open === 0;
  const signed = complete && board.missing.length === 0;
  return (
    <Panel title="Return to service">
      <ul className={classes.signs} aria-label="Sign-off">
        {recoveryRoles.map((role) => {
          const sign = board.signOffs.find((each) => each.role === role);
          return (
            <li key={role}>
              <strong>{words[role]}</strong>
              {sign?.stands === true ? (
                <span>
                  <Tag tone="good">Signed</Tag> <ForeignText text={sign.by} most={40} />, <Moment at={sign.at} />
                </span>
              ) : (
                <span>
                  {sign !== undefined && <Tag tone="warn">The board has changed since</Tag>}
                  {may(principal, 'responder') && (
                    <Button
                      size="compact-sm"
                      variant="default"
                      disabled={!complete}
                      onClick={() => ask({ is: 'sign', as: role })}
                    >
                      Sign…
                    </Button>
                  )}
                </span>
              )}
            </li>
          );
        })}
      </ul>
      {!complete && <div className="fb-quiet">It can be signed once no item is open. Nobody signs in two roles.</div>}
      <div>
        Attestation:{' '}
        {board.attestation === null ? (
          'none yet'
        ) : board.attestation.stands ? (
          <Tag tone="good">made</Tag>
        ) : (
          <Tag tone="warn">of an older board</Tag>
        )}
      </div>
      {may(principal, 'approver') && (board.access === 'held' || board.access === 'nothing-held') && (
        <Group gap={6}>
          <Button
            variant="default"
            disabled={!signed || board.attestation?.stands === true}
            onClick={() => ask({ is: 'attest' })}
          >
            Make the attestation…
          </Button>
          <Button disabled={board.attestation?.stands !== true} onClick={() => ask({ is: 'return' })}>
            Give access back…
          </Button>
        </Group>
      )}
      <div className="fb-quiet">
        <Digest value={board.digest} label="This board" />
      </div>
      {asked !== null && <Ask board={board} asked={asked} onClose={() => ask(null)} />}
    </Panel>
  );
}

const questions = {
  sign: {
    action: 'Sign',
    text: 'You put your name to this board as it stands. When anything on it changes, your signature stands no more.',
  },
  attest: {
    action: 'Make the attestation',
    text: 'An in-toto statement about the restored versions by digest, with every item and every signature, signed with the key of the log.',
  },
  return: {
    action: 'Give access back',
    text: 'The promotion gate is asked first. Then the containment is taken back; the restored versions stay.',
  },
} as const;

interface AskProps {
  readonly board: RecoveryBoard;
  readonly asked: Asked;
  readonly onClose: () => void;
}

function Ask({ board, asked, onClose }: AskProps) {
  const client = useQueryClient();
  const params = { id: board.incident };
  const question = questions[asked.is];
  const work = useMutation({
    mutationFn: async (): Promise<unknown> => {
      if (asked.is === 'sign') return call('signRecovery', { params, body: { as: asked.as } });
      return asked.is === 'attest' ? call('attestRecovery', { params }) : call('restoreAccess', { params });
    },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['incident', board.incident] });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={asked.is === 'sign' ? `Sign as ${words[asked.as].toLowerCase()}` : question.action}
      onClose={onClose}
      action={question.action}
      busy={work.isPending}
      error={work.error}
      onConfirm={() => work.mutate()}
    >
      <p>{question.text}</p>
    </ConfirmDialog>
  );
}
