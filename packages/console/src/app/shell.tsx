import { useQuery } from '@tanstack/react-query';
import { Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { LivenessContext, useLiveAnswers } from '../data/live.ts';
import { sessionQuery } from '../data/queries.ts';
import { may } from '../data/session.ts';
import { ApprovalLinkPage } from '../features/approval-link/approval-link-page.tsx';
import { BreakGlassBanner } from '../features/break-glass/break-glass-banner.tsx';
import { SignInPage } from '../features/sign-in/sign-in-page.tsx';
import { WhatIfBar } from '../features/what-if/what-if-bar.tsx';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import classes from './shell.module.css';
import { ShortcutHelp } from './shortcut-help.tsx';
import { useShortcut } from './shortcuts.tsx';
import { TopBar } from './top-bar.tsx';

/** The frame around every page. Without a session every address shows the sign-in page and is kept for afterwards. */
export function Shell() {
  const session = useQuery(sessionQuery);
  const { pathname } = useLocation();
  // Who approves by a link may have no session, and needs none.
  if (pathname === '/approve') {
    return (
      <main className={classes.alone} data-wide>
        <ApprovalLinkPage />
      </main>
    );
  }
  if (session.isLoadingError) {
    return (
      <main className={classes.alone}>
        <ProblemNotice error={session.error} onRetry={() => void session.refetch()} />
      </main>
    );
  }
  if (session.data === undefined) return <div className={classes.bar} aria-busy="true" />;
  if (session.data === null || pathname === '/sign-in') {
    return (
      <main className={classes.alone}>
        <SignInPage />
      </main>
    );
  }
  return <SignedIn />;
}

function SignedIn() {
  const principal = useQuery(sessionQuery).data;
  const navigate = useNavigate();
  const liveness = useLiveAnswers(true);
  const [helpOpened, setHelpOpened] = useState(false);
  const main = useMainFocus();
  useShortcut('?', 'Show the shortcuts', () => setHelpOpened(true));
  useShortcut('g i', 'Go to incidents', () => void navigate({ to: '/incidents' }));
  useShortcut('g d', 'Go to the detections', () => void navigate({ to: '/detection' }));
  useShortcut('g e', 'Go to the estate', () => void navigate({ to: '/estate' }));
  useShortcut('g n', 'Go to the identities', () => void navigate({ to: '/identities' }));
  useShortcut('g x', 'Go to the exposure', () => void navigate({ to: '/exposure' }));
  useShortcut('g c', 'Go to the channels', () => void navigate({ to: '/channels' }));
  useShortcut('g k', 'Go to the canaries', () => void navigate({ to: '/canaries' }));
  useShortcut('g v', 'Go to the evidence vault', () => void navigate({ to: '/evidence' }));
  useShortcut('g r', 'Go to the reviews', () => void navigate({ to: '/reviews' }));
  useShortcut('g a', 'Go to access (admin)', () => {
    if (may(principal, 'admin')) void navigate({ to: '/access' });
  });
  return (
    <LivenessContext value={liveness}>
      <a className={classes.skip} href="#main">
        Skip to the content
      </a>
      <TopBar liveness={liveness} onHelp={() => setHelpOpened(true)} />
      <BreakGlassBanner />
      <main id="main" tabIndex={-1} ref={main} className={classes.main}>
        <Outlet />
      </main>
      <WhatIfBar />
      <ShortcutHelp opened={helpOpened} onClose={() => setHelpOpened(false)} />
    </LivenessContext>
  );
}

/** Moves the focus to the new page, as a full page load would; changing a tab within an incident keeps it on the tab. */
function useMainFocus() {
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const page = pathname.split('/').slice(0, 3).join('/');
  const shown = useRef(page);
  useEffect(() => {
    if (shown.current === page) return;
    shown.current = page;
    main.current?.focus({ preventScroll: true });
  }, [page]);
  return main;
}
