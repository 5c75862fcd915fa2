import { type DetectionVerdict, detectionVerdicts, type KeptDetection } from '@firebreak/contract/answers/detections';
import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../data/client.ts';
import { may, usePrincipal } from '../../data/session.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Tag, type Tone } from '../../ui/tag.tsx';
import classes from './verdict.module.css';

export const verdictWords: Readonly<Record<DetectionVerdict, string>> = {
  'true-positive': 'Attack',
  'benign-true-positive': 'Right, but allowed',
  'false-positive': 'False alarm',
  unknown: 'Cannot tell',
};
const tones: Readonly<Record<DetectionVerdict, Tone>> = {
  'true-positive': 'danger',
  'benign-true-positive': 'good',
  'false-positive': 'warn',
  unknown: 'neutral',
};

/** What people said of a detection, and the buttons to say it. The newest verdict counts. */
export function Verdict({ detection }: { readonly detection: KeptDetection }) {
  const client = useQueryClient();
  const mayJudge = may(usePrincipal(), 'responder');
  const [note, setNote] = useState('');
  const { judgement } = detection;
  const give = useMutation({
    mutationFn: (verdict: DetectionVerdict) =>
      call('giveVerdict', { params: { id: detection.id }, body: { verdict, note: note.trim() } }),
    onSuccess: () => {
      setNote('');
      void client.invalidateQueries({ queryKey: ['detections'] });
      void client.invalidateQueries({ queryKey: ['incidents'] });
      if (detection.incident !== null)
        void client.invalidateQueries({ queryKey: ['incident', detection.incident, 'case'] });
    },
  });
  return (
    <div className={classes.verdict}>
      <div className={classes.said} role="status">
        {judgement === null ? (
          <span className="fb-quiet">Nobody has judged it.</span>
        ) : (
          <>
            <Tag tone={tones[judgement.verdict]}>{verdictWords[judgement.verdict]}</Tag>{' '}
            <span className="fb-quiet">
              <ForeignText text={judgement.by} most={60} />, <Moment at={judgement.at} />
            </span>
            {judgement.note !== '' && (
              <>
                {' '}
                <ForeignText text={judgement.note} most={300} />
              </>
            )}
          </>
        )}
      </div>
      {mayJudge && (
        <fieldset className={classes.form}>
          <legend>What was it?</legend>
          {detectionVerdicts.map((verdict) => (
            <Button
              key={verdict}
              size="compact-sm"
              variant="default"
              aria-pressed={judgement?.verdict === verdict}
              loading={give.isPending && give.variables === verdict}
              onClick={() => give.mutate(verdict)}
            >
              {verdictWords[verdict]}
            </Button>
          ))}
          <TextInput
            size="xs"
            className={classes.note ?? ''}
            aria-label={`Note on ${detection.title}`}
            placeholder="Note, goes with the verdict"
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
            maxLength={2000}
          />
        </fieldset>
      )}
      {give.error !== null && <ProblemNotice error={give.error} />}
    </div>
  );
}
