import { TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../data/client.ts';
import { reviewsQuery } from '../../data/estate-queries.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import classes from './reviews-page.module.css';

/** Opening a campaign takes down what the chosen identities may do now; nothing of it is changed. */
export function OpenReviewDialog({ onClose }: { readonly onClose: () => void }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [title, setTitle] = useState('');
  const [query, setQuery] = useState('class = identity');
  const [due, setDue] = useState('');
  const open = useMutation({
    mutationFn: () =>
      call('openReview', {
        body: {
          title: title.trim(),
          query: query.trim(),
          // To be done by the end of that day, where the person is.
          due: due === '' ? null : new Date(`${due}T23:59:59`).toISOString(),
        },
      }),
    onSuccess: (review) => {
      void client.invalidateQueries({ queryKey: reviewsQuery.queryKey });
      void navigate({ to: '/reviews/$reviewId', params: { reviewId: review.id } });
    },
  });
  return (
    <ConfirmDialog
      title="Open a review campaign"
      onClose={onClose}
      action="Open campaign"
      disabled={title.trim() === '' || query.trim() === ''}
      busy={open.isPending}
      error={open.error}
      onConfirm={() => open.mutate()}
    >
      <div className={classes.form}>
        <TextInput
          label="What it is for"
          placeholder="Quarterly review of serving identities"
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
          maxLength={200}
          required
          data-autofocus
        />
        <TextInput
          label="Which identities"
          description="A query, as in the estate's search box."
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
          maxLength={8000}
          spellCheck={false}
          required
        />
        <TextInput label="Due" type="date" value={due} onChange={(event) => setDue(event.currentTarget.value)} />
      </div>
    </ConfirmDialog>
  );
}
