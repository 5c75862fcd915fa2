import { Tabs } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Outlet, useLocation, useNavigate, useParams } from '@tanstack/react-router';
import { Suspense } from 'react';
import { useShortcut } from '../../app/shortcuts.tsx';
import { useFallbackInterval } from '../../data/live.ts';
import { incidentQuery } from '../../data/queries.ts';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { visible } from '../../ui/visible.ts';
import { IncidentBreakGlass } from '../break-glass/incident-break-glass.tsx';
import { IncidentHeader } from './incident-header.tsx';
import classes from './incident-page.module.css';

const tabs = [
  { part: 'blast', title: 'Blast radius' },
  { part: 'paths', title: 'Attack paths' },
  { part: 'scope', title: 'Scope' },
  { part: 'detections', title: 'Detections' },
  { part: 'timeline', title: 'Timeline' },
  { part: 'did', title: 'Could and did' },
  { part: 'plan', title: 'Plan' },
  { part: 'evidence', title: 'Evidence' },
  { part: 'recovery', title: 'Recovery' },
] as const;
type Part = (typeof tabs)[number]['part'];

/** The summary stays in sight above whichever tab is open. */
export function IncidentPage() {
  const { incidentId } = useParams({ from: '/incidents/$incidentId' });
  const incident = useQuery({ ...incidentQuery(incidentId), refetchInterval: useFallbackInterval() });
  const navigate = useNavigate();
  const { pathname } = useLocation();
  // Below the incident: `/incidents/{id}/plan/options` belongs to the plan.
  const [, , , below] = pathname.split('/');
  const current = tabs.find((tab) => tab.part === below)?.part ?? 'blast';
  const open = (part: Part) => void navigate({ to: `/incidents/$incidentId/${part}`, params: { incidentId } });
  useDocumentTitle(`${visible(incident.data?.title ?? 'Incident')} · Firebreak`);
  // In the order of the tabs.
  useShortcut('1', 'Blast radius', () => open('blast'));
  useShortcut('2', 'Attack paths', () => open('paths'));
  useShortcut('3', 'Scope', () => open('scope'));
  useShortcut('4', 'Detections', () => open('detections'));
  useShortcut('5', 'Timeline', () => open('timeline'));
  useShortcut('6', 'Could and did', () => open('did'));
  useShortcut('7', 'Plan', () => open('plan'));
  useShortcut('8', 'Evidence', () => open('evidence'));
  useShortcut('9', 'Recovery', () => open('recovery'));

  if (incident.isLoadingError) {
    return <ProblemNotice error={incident.error} onRetry={() => void incident.refetch()} />;
  }
  return (
    <>
      <IncidentHeader incidentId={incidentId} incident={incident.data} />
      <IncidentBreakGlass incidentId={incidentId} />
      <Tabs
        value={current}
        onChange={(part) => {
          const tab = tabs.find((candidate) => candidate.part === part);
          if (tab !== undefined) open(tab.part);
        }}
        keepMounted={false}
        // Arrow keys move between tabs, Enter opens: opening one may draw thousands of nodes.
        activateTabWithKeyboard={false}
        color="var(--fb-link)"
      >
        <Tabs.List aria-label="Parts of the incident" className={classes.list ?? ''}>
          {tabs.map(({ part, title }) => (
            <Tabs.Tab key={part} value={part}>
              {title}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={current} className={classes.panel ?? ''}>
          <Suspense fallback={<div className={classes.waiting} aria-busy="true" />}>
            <Outlet />
          </Suspense>
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
