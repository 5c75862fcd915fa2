import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router';
import { detectionsSearch } from '../features/detections/detections-search.ts';
import { explorerSearch } from '../features/explorer/explorer-search.ts';
import { huntSearch } from '../features/hunt/hunt-search.ts';
import { identitiesSearch } from '../features/identities/identities-search.ts';
import { IncidentPage } from '../features/incidents/incident-page.tsx';
import { nodeSearch } from '../features/node/node-view.ts';
import { wishOf } from '../features/plan-choice/wish.ts';
import { QueuePage } from '../features/queue/queue-page.tsx';
import { SignInPage } from '../features/sign-in/sign-in-page.tsx';
import { timelineSearch } from '../features/timeline/timeline-search.ts';
import { trayOf } from '../features/what-if/tray.ts';
import { NoSuchPage, PageFault } from './fault.tsx';
import { Shell } from './shell.tsx';

/*
 * The addresses of the console. What an incident's first screen needs is in the first file; the rest comes when it is
 * asked for. A page that was opened by address shows its own loading state, so nothing here waits for data.
 */

const root = createRootRoute({
  component: Shell,
  notFoundComponent: NoSuchPage,
  errorComponent: PageFault,
  // The what-if tray goes along from page to page.
  validateSearch: (search: Readonly<Record<string, unknown>>): { without?: readonly string[] | undefined } => {
    const without = trayOf(search.without);
    return without === undefined ? {} : { without };
  },
  search: { middlewares: [retainSearchParams(['without'])] },
});

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/incidents' });
  },
});

const signIn = createRoute({ getParentRoute: () => root, path: '/sign-in', component: SignInPage });

// The shell shows it to whoever comes, signed in or not.
const approveByLink = createRoute({ getParentRoute: () => root, path: '/approve', component: () => null });

const incidents = createRoute({ getParentRoute: () => root, path: '/incidents', component: QueuePage });

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

const members = createRoute({
  getParentRoute: () => incident,
  path: '/detections',
  component: lazyRouteComponent(() => import('../features/detections/detections-tab.tsx'), 'DetectionsTab'),
});

const timeline = createRoute({
  getParentRoute: () => incident,
  path: '/timeline',
  validateSearch: timelineSearch,
  component: lazyRouteComponent(() => import('../features/timeline/timeline-tab.tsx'), 'TimelineTab'),
});

const did = createRoute({
  getParentRoute: () => incident,
  path: '/did',
  component: lazyRouteComponent(() => import('../features/did/did-tab.tsx'), 'DidTab'),
});

const plan = createRoute({
  getParentRoute: () => incident,
  path: '/plan',
  // In the address, so that a second person can be sent straight to the approval.
  validateSearch: (search: Readonly<Record<string, unknown>>): { approve?: true } =>
    search.approve === true ? { approve: true } : {},
  component: lazyRouteComponent(() => import('../features/plan/plan-tab.tsx'), 'PlanTab'),
});

const options = createRoute({
  getParentRoute: () => incident,
  path: '/plan/options',
  validateSearch: wishOf,
  component: lazyRouteComponent(() => import('../features/plan-choice/options-tab.tsx'), 'OptionsTab'),
});

const race = createRoute({
  getParentRoute: () => incident,
  path: '/plan/race',
  component: lazyRouteComponent(() => import('../features/race/race-tab.tsx'), 'RaceTab'),
});

const scope = createRoute({
  getParentRoute: () => incident,
  path: '/scope',
  component: lazyRouteComponent(() => import('../features/scope/scope-tab.tsx'), 'ScopeTab'),
});

const evidence = createRoute({
  getParentRoute: () => incident,
  path: '/evidence',
  component: lazyRouteComponent(() => import('../features/evidence/evidence-tab.tsx'), 'EvidenceTab'),
});

const recovery = createRoute({
  getParentRoute: () => incident,
  path: '/recovery',
  component: lazyRouteComponent(() => import('../features/recovery/recovery-tab.tsx'), 'RecoveryTab'),
});

const detection = createRoute({ getParentRoute: () => root, path: '/detection' });

const detections = createRoute({
  getParentRoute: () => detection,
  path: '/',
  validateSearch: detectionsSearch,
  component: lazyRouteComponent(() => import('../features/detections/detections-page.tsx'), 'DetectionsPage'),
});

const suppressions = createRoute({
  getParentRoute: () => detection,
  path: '/suppressions',
  component: lazyRouteComponent(() => import('../features/detections/suppressions-page.tsx'), 'SuppressionsPage'),
});

const keptEvent = createRoute({
  getParentRoute: () => detection,
  path: '/event',
  validateSearch: (search: Readonly<Record<string, unknown>>): { id: string } => ({
    id: typeof search.id === 'string' ? search.id.slice(0, 2300) : '',
  }),
  component: lazyRouteComponent(() => import('../features/detections/event-page.tsx'), 'EventPage'),
});

const hunt = createRoute({
  getParentRoute: () => detection,
  path: '/hunt',
  validateSearch: huntSearch,
  component: lazyRouteComponent(() => import('../features/hunt/hunt-page.tsx'), 'HuntPage'),
});

const quality = createRoute({
  getParentRoute: () => detection,
  path: '/quality',
  component: lazyRouteComponent(() => import('../features/quality/quality-page.tsx'), 'QualityPage'),
});

const telemetry = createRoute({
  getParentRoute: () => detection,
  path: '/telemetry',
  component: lazyRouteComponent(() => import('../features/telemetry/telemetry-page.tsx'), 'TelemetryPage'),
});

const intake = createRoute({
  getParentRoute: () => detection,
  path: '/intake',
  component: lazyRouteComponent(() => import('../features/intake/intake-page.tsx'), 'IntakePage'),
});

const rotation = createRoute({
  getParentRoute: () => detection,
  path: '/rotation',
  component: lazyRouteComponent(() => import('../features/rotation/rotation-page.tsx'), 'RotationPage'),
});

const estate = createRoute({ getParentRoute: () => root, path: '/estate' });

const explorer = createRoute({
  getParentRoute: () => estate,
  path: '/',
  validateSearch: explorerSearch,
  component: lazyRouteComponent(() => import('../features/explorer/explorer-page.tsx'), 'ExplorerPage'),
});

const sources = createRoute({
  getParentRoute: () => estate,
  path: '/sources',
  component: lazyRouteComponent(() => import('../features/estate/estate-page.tsx'), 'EstatePage'),
});

const node = createRoute({
  getParentRoute: () => estate,
  // The id is no part of the path: it holds slashes, and dots that look like the ending of a file.
  path: '/node',
  validateSearch: nodeSearch,
  component: lazyRouteComponent(() => import('../features/node/node-page.tsx'), 'NodePage'),
});

const identities = createRoute({ getParentRoute: () => root, path: '/identities' });

const identityList = createRoute({
  getParentRoute: () => identities,
  path: '/',
  validateSearch: identitiesSearch,
  component: lazyRouteComponent(() => import('../features/identities/identities-page.tsx'), 'IdentitiesPage'),
});

const identity = createRoute({
  getParentRoute: () => identities,
  path: '/one',
  validateSearch: (search: Readonly<Record<string, unknown>>): { id: string } => ({
    id: typeof search.id === 'string' ? search.id.slice(0, 2000) : '',
  }),
  component: lazyRouteComponent(() => import('../features/identities/identity-page.tsx'), 'IdentityPage'),
});

const aiTools = createRoute({
  getParentRoute: () => identities,
  path: '/ai-tools',
  component: lazyRouteComponent(() => import('../features/identities/ai-tools-page.tsx'), 'AiToolsPage'),
});

const exposure = createRoute({
  getParentRoute: () => root,
  path: '/exposure',
  component: lazyRouteComponent(() => import('../features/exposure/exposure-page.tsx'), 'ExposurePage'),
});

const whatIf = createRoute({
  getParentRoute: () => root,
  path: '/exposure/what-if',
  component: lazyRouteComponent(() => import('../features/what-if/what-if-page.tsx'), 'WhatIfPage'),
});

const channels = createRoute({
  getParentRoute: () => root,
  path: '/channels',
  component: lazyRouteComponent(() => import('../features/channels/channels-page.tsx'), 'ChannelsPage'),
});

const channelAudit = createRoute({
  getParentRoute: () => root,
  path: '/channels/audit',
  component: lazyRouteComponent(() => import('../features/channels/audit-page.tsx'), 'ChannelAuditPage'),
});

const artifacts = createRoute({
  getParentRoute: () => root,
  path: '/channels/artifacts',
  component: lazyRouteComponent(() => import('../features/artifacts/artifacts-page.tsx'), 'ArtifactsPage'),
});

const artifact = createRoute({
  getParentRoute: () => root,
  path: '/channels/artifact',
  validateSearch: (search: Readonly<Record<string, unknown>>): { subject: string } => ({
    subject: typeof search.subject === 'string' ? search.subject.slice(0, 2000) : '',
  }),
  component: lazyRouteComponent(() => import('../features/artifacts/artifact-page.tsx'), 'ArtifactPage'),
});

const thirdParties = createRoute({
  getParentRoute: () => root,
  path: '/channels/third-parties',
  component: lazyRouteComponent(() => import('../features/channels/third-parties-page.tsx'), 'ThirdPartiesPage'),
});

const reviews = createRoute({
  getParentRoute: () => root,
  path: '/reviews',
  component: lazyRouteComponent(() => import('../features/reviews/reviews-page.tsx'), 'ReviewsPage'),
});

const review = createRoute({
  getParentRoute: () => root,
  path: '/reviews/$reviewId',
  component: lazyRouteComponent(() => import('../features/reviews/review-page.tsx'), 'ReviewPage'),
});

const breakGlass = createRoute({
  getParentRoute: () => root,
  path: '/reviews/break-glass',
  component: lazyRouteComponent(() => import('../features/break-glass/break-glass-page.tsx'), 'BreakGlassPage'),
});

const privileges = createRoute({
  getParentRoute: () => root,
  path: '/reviews/privileges',
  component: lazyRouteComponent(() => import('../features/reviews/privileges-page.tsx'), 'PrivilegesPage'),
});

const canaries = createRoute({
  getParentRoute: () => root,
  path: '/canaries',
  component: lazyRouteComponent(() => import('../features/canary/canaries-page.tsx'), 'CanariesPage'),
});

const canary = createRoute({
  getParentRoute: () => root,
  path: '/canaries/$canaryId',
  component: lazyRouteComponent(() => import('../features/canary/canary-page.tsx'), 'CanaryPage'),
});

const vault = createRoute({
  getParentRoute: () => root,
  path: '/evidence',
  component: lazyRouteComponent(() => import('../features/evidence-vault/vault-page.tsx'), 'VaultPage'),
});

const snapshot = createRoute({
  getParentRoute: () => root,
  path: '/evidence/$snapshotId',
  component: lazyRouteComponent(() => import('../features/evidence-vault/snapshot-page.tsx'), 'SnapshotPage'),
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
    approveByLink,
    incidents,
    incident.addChildren([
      incidentHome,
      blast,
      paths,
      scope,
      members,
      timeline,
      did,
      plan,
      options,
      race,
      evidence,
      recovery,
    ]),
    detection.addChildren([detections, suppressions, keptEvent, hunt, quality, telemetry, intake, rotation]),
    estate.addChildren([explorer, sources, node]),
    identities.addChildren([identityList, identity, aiTools]),
    exposure,
    whatIf,
    channels,
    channelAudit,
    artifacts,
    artifact,
    thirdParties,
    reviews,
    privileges,
    breakGlass,
    review,
    canaries,
    canary,
    vault,
    snapshot,
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
