/**
 * Approval by a one-time link, without signing in. Opening the page approves nothing: it asks what the link would approve,
 * and a person has to press the button. The secret stands behind the `#` of the address, so that previews of chat and mail
 * never have it, and leaves address bar and history before it is sent.
 */
import type { ShownLink } from '@firebreak/contract/answers/approvals';
import { Button, Skeleton } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import mark from '../../app/firebreak.svg';
import { call } from '../../data/client.ts';
import { Digest } from '../../ui/digest.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Notice } from '../../ui/notice.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Tag } from '../../ui/tag.tsx';
import { linkIn } from '../sign-in/link.ts';
import classes from './approval-link-page.module.css';

export function ApprovalLinkPage() {
  useDocumentTitle('Approve · Firebreak');
  const { hash } = useLocation();
  const navigate = useNavigate();
  // Counted, so that what one link would approve is never shown beside the button of another.
  const [followed, setFollowed] = useState<{ readonly link: string | null; readonly turn: number }>();
  useEffect(() => {
    if (hash === '') return;
    setFollowed((before) => ({ link: linkIn(`#${hash}`), turn: (before?.turn ?? 0) + 1 }));
    void navigate({ to: '/approve', hash: '', replace: true });
  }, [hash, navigate]);
  return (
    <section className={classes.page}>
      <img src={mark} width={44} height={44} alt="" />
      <h1>Approve a containment</h1>
      {followed === undefined || followed.link === null ? (
        <Notice tone="info" title="There is no approval link in this address.">
          Open the whole link that you were sent, or <Link to="/incidents">sign in</Link> and approve there.
        </Notice>
      ) : (
        <Asked key={followed.turn} link={followed.link} turn={followed.turn} />
      )}
    </section>
  );
}

function Asked({ link, turn }: { readonly link: string; readonly turn: number }) {
  const shown = useQuery({
    // The secret is no key: keys are looked at by tools.
    queryKey: ['approval-link', turn],
    queryFn: ({ signal }) => call('showApprovalLink', { body: { link } }, signal),
    gcTime: 0,
    retry: false,
  });
  const use = useMutation({ mutationFn: () => call('useApprovalLink', { body: { link } }) });
  if (use.data !== undefined) {
    return (
      <Notice tone="good" urgent title="Approved. The link is used up.">
        {use.data.state === 'waiting-approval'
          ? 'Some steps wait for somebody else.'
          : 'What has all its approvals begins now.'}
      </Notice>
    );
  }
  if (shown.error !== null) return <ProblemNotice error={shown.error} />;
  if (shown.data === undefined) return <Skeleton height={320} radius={8} />;
  return (
    <>
      <What shown={shown.data} />
      {use.error !== null && <ProblemNotice error={use.error} />}
      <Button loading={use.isPending} onClick={() => use.mutate()}>
        Approve as {shown.data.person}
      </Button>
    </>
  );
}

function What({ shown: { incident, person, madeBy, expiresAt, digest, steps } }: { readonly shown: ShownLink }) {
  return (
    <>
      <div>
        <h2>
          <ForeignText text={incident.title} most={160} />
        </h2>
        <div className="fb-quiet">
          <ForeignText text={incident.id} mono /> · <ForeignText text={incident.note} most={240} />
        </div>
      </div>
      <p>
        You approve in the name of{' '}
        <strong>
          <ForeignText text={person} most={60} />
        </strong>
        . If that is not you, close this page and tell <ForeignText text={madeBy} most={60} />, who made the link. It
        counts until <Moment at={expiresAt} />.
      </p>
      <ol className={classes.steps} aria-label="Steps to approve">
        {steps.map((step) => (
          <li key={step.id}>
            <div>
              <span className={classes.ordinal}>{step.ordinal}</span> <ForeignText text={step.title} most={200} />{' '}
              {step.drastic && <Tag tone="danger">drastic</Tag>}{' '}
              {step.approvalsNeeded > 1 && (
                <Tag tone="warn">
                  {step.approvals} of {step.approvalsNeeded} approved
                </Tag>
              )}
            </div>
            <div className="fb-quiet">
              <ForeignText text={step.why} />
            </div>
            {step.interrupts.map((what) => (
              <div key={what}>
                Interrupts: <ForeignText text={what} />
              </div>
            ))}
            <div className="fb-quiet">
              Undo: <ForeignText text={step.undo} />
            </div>
          </li>
        ))}
      </ol>
      <Digest value={digest} label="Digest of the plan" />
    </>
  );
}
