import { Button, TextInput } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocation, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useCallback, useEffect, useState } from 'react';
import mark from '../../app/firebreak.svg';
import { call } from '../../data/client.ts';
import { sessionQuery } from '../../data/queries.ts';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { linkIn } from './link.ts';
import classes from './sign-in-page.module.css';

/**
 * Trades the one-time link for a session. A link that was followed signs in at once; its text leaves the address bar and the
 * history before it is sent, because a link that failed may still be good.
 */
export function SignInPage() {
  useDocumentTitle('Sign in · Firebreak');
  const client = useQueryClient();
  const navigate = useNavigate();
  const { pathname, hash } = useLocation();
  const [pasted, setPasted] = useState('');
  const [name, setName] = useState('');
  const pastedLink = linkIn(pasted);

  const { mutate, isPending, error } = useMutation({
    mutationFn: (body: { link: string; name?: string }) => call('signIn', { body }),
    onSuccess: (principal) => {
      client.clear();
      client.setQueryData(sessionQuery.queryKey, principal);
      if (pathname === '/sign-in') void navigate({ to: '/incidents', replace: true });
    },
  });

  const follow = useCallback(
    (link: string) => {
      void navigate({ to: '/sign-in', hash: '', replace: true });
      // Still there for another try, for example under another name.
      setPasted(link);
      mutate({ link });
    },
    [mutate, navigate],
  );
  useEffect(() => {
    const link = pathname === '/sign-in' && hash !== '' ? linkIn(`#${hash}`) : null;
    if (link === null) return;
    // Deferred, so that an effect that React runs twice sends a one-time link once.
    const soon = setTimeout(() => follow(link), 0);
    return () => clearTimeout(soon);
  }, [pathname, hash, follow]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (pastedLink !== null)
      mutate(name.trim() === '' ? { link: pastedLink } : { link: pastedLink, name: name.trim() });
  };

  return (
    <form className={classes.form} onSubmit={submit}>
      <img src={mark} width={44} height={44} alt="" />
      <h1>Sign in to Firebreak</h1>
      <p className={`fb-quiet ${classes.lead}`}>
        Open the one-time link that <code>firebreak serve</code> printed or that a colleague made for you, or paste it
        here.
      </p>
      <TextInput
        label="One-time link"
        value={pasted}
        onChange={(event) => setPasted(event.currentTarget.value)}
        error={pasted !== '' && pastedLink === null ? 'There is no sign-in link in this text.' : undefined}
        autoComplete="off"
        spellCheck={false}
      />
      <TextInput
        label="Your name"
        description="Stands in the evidence log next to what you approve. Leave it empty if the link was made for you by name."
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={80}
        autoComplete="name"
      />
      {error !== null && <ProblemNotice error={error} />}
      <Button type="submit" disabled={pastedLink === null} loading={isPending}>
        Sign in
      </Button>
    </form>
  );
}
