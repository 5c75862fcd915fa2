import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { IncidentPage } from '../features/incidents/incident-page.tsx';
import { IncidentsPage } from '../features/incidents/incidents-page.tsx';
import { SignInPage } from '../features/sign-in/sign-in-page.tsx';
import { NoSuchPage, PageFault } from './fault.tsx';
import { Shell } from './shell.tsx';

/*
 * The addresses of the console. What an incident's first screen needs is in the first file; the rest comes when it is
 * asked for. A page that was opened by address shows its own loading state, so nothing here waits for data.
 */

const root = createRootRoute({ component: Shell, notFoundComponent: NoSuchPage, errorComponent: PageFault });

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/incidents' });
  },
});

const signIn = createRoute({ getParentRoute: () => root, path: '/sign-in', component: SignInPage });

const incidents = createRoute({ getParentRoute: () => root, path: '/incidents', component: IncidentsPage });

const incident = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$incidentId',
  component: IncidentPage,
});

const incidentHome = createRoute({
  getParentRoute: () => incident,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/incidents/$incidentId/blast', params, replace: true });
  },
});

const blast = createRoute({
  getParentRoute: () => incident,
  path: '/blast',
  component: lazyRouteComponent(() => import('../features/blast/blast-tab.tsx'), 'BlastTab'),
});

const paths = createRoute({
  getParentRoute: () => incident,
  path: '/paths',
  validateSearch: (search: Readonly<Record<string, unknown>>): { goal?: string } =>
    typeof search.goal === 'string' ? { goal: search.goal } : {},
  component: lazyRouteComponent(() => import('../features/paths/paths-tab.tsx'), 'PathsTab'),
});

const plan = createRoute({
  getParentRoute: () => incident,
  path: '/plan',
  // In the address, so that a second person can be sent straight to the approval.
  validateSearch: (search: Readonly<Record<string, unknown>>): { approve?: true } =>
    search.approve === true ? { approve: true } : {},
  component: lazyRouteComponent(() => import('../features/plan/plan-tab.tsx'), 'PlanTab'),
});

const evidence = createRoute({
  getParentRoute: () => incident,
  path: '/evidence',
  component: lazyRouteComponent(() => import('../features/evidence/evidence-tab.tsx'), 'EvidenceTab'),
});

const estate = createRoute({
  getParentRoute: () => root,
  path: '/estate',
  component: lazyRouteComponent(() => import('../features/estate/estate-page.tsx'), 'EstatePage'),
});

const access = createRoute({
  getParentRoute: () => root,
  path: '/access',
  component: lazyRouteComponent(() => import('../features/access/access-page.tsx'), 'AccessPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    signIn,
    incidents,
    incident.addChildren([incidentHome, blast, paths, plan, evidence]),
    estate,
    access,
  ]),
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
