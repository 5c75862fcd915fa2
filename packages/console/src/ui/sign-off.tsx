import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ProblemNotice } from './problem-notice.tsx';
import classes from './sign-off.module.css';

interface SignOffProps<Verdict extends string, Answer> {
  /** The first is chosen to begin with. */
  readonly verdicts: readonly { readonly value: Verdict; readonly label: string }[];
  /** What the note is about, for screen readers. */
  readonly label: string;
  readonly placeholder: string;
  readonly sign: (verdict: Verdict, note: string) => Promise<Answer>;
  readonly onSigned: (answer: Answer) => void;
}

/** A verdict with its reason, in one line, on something that waits for one. */
export function SignOff<Verdict extends string, Answer>(props: SignOffProps<Verdict, Answer>) {
  const { verdicts, label, placeholder } = props;
  const [verdict, setVerdict] = useState(verdicts[0]?.value);
  const [note, setNote] = useState('');
  const signing = useMutation({
    mutationFn: (chosen: Verdict) => props.sign(chosen, note.trim()),
    onSuccess: (answer) => {
      props.onSigned(answer);
      // The form goes; the focus must not go with it.
      document.getElementById('main')?.focus({ preventScroll: true });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (verdict !== undefined) signing.mutate(verdict);
  };
  return (
    <form className={classes.form} onSubmit={submit}>
      <SegmentedControl
        size="xs"
        aria-label="Verdict"
        value={verdict ?? ''}
        onChange={(chosen) => setVerdict(verdicts.find(({ value }) => value === chosen)?.value)}
        data={verdicts.map((each) => ({ ...each }))}
      />
      <TextInput
        size="xs"
        aria-label={label}
        placeholder={placeholder}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
        maxLength={2000}
        required
      />
      <Button size="xs" type="submit" disabled={note.trim() === ''} loading={signing.isPending}>
        Sign off
      </Button>
      {signing.error !== null && <ProblemNotice error={signing.error} />}
    </form>
  );
}
