/**
 * A stand-in for the platform, bound to the contract's own routes and serving the built console under the policy that the
 * platform uses. It exists for the console's browser tests only; the end-to-end test runs against the real server.
 */
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KeptDetection, Suppression } from '@firebreak/contract/answers/detections';
import type { RotationState } from '@firebreak/contract/answers/rotation';
import { catalogue, type ErrorCode } from '@firebreak/contract/errors';
import type { Route } from '@firebreak/contract/route';
import { type RouteName, routes } from '@firebreak/contract/routes';
import {
  aiTools,
  channels,
  exposure,
  identities,
  inventory,
  lineage,
  privileges,
  requestPath,
  thirdParties,
  threatModel,
  whatIf,
} from './fake-answers.ts';
import { FakeApprovals } from './fake-approvals.ts';
import {
  caseOf,
  detection,
  did,
  hunt,
  intake,
  keptEvent,
  quality,
  queue,
  rotationItem,
  telemetry,
  timeline,
} from './fake-detection.ts';
import { blast, drawing, gap, largeBlast, largeDrawing, nodes, paths } from './fake-estate.ts';
import { breakage, planChoice, race, scope } from './fake-planning.ts';
import {
  artifactPage,
  canaries,
  canary,
  channelAudit,
  followUp,
  promotion,
  recoveryBoard,
  snapshot,
  vault,
  waitingCanary,
} from './fake-recovery.ts';
import { FakeReviews } from './fake-reviews.ts';
import { changesOf, type FakeCase, FakeWorld, type PlanWish, people } from './fake-world.ts';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const policy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

interface Asked {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly link: string | undefined;
}
type Answer = (asked: Asked) => unknown;

class Refusal extends Error {
  readonly code: ErrorCode;
  readonly detail: Record<string, unknown> | undefined;
  constructor(code: ErrorCode, why: string, detail?: Record<string, unknown>) {
    super(why);
    this.code = code;
    this.detail = detail;
  }
}

export class FakeApi {
  readonly world = new FakeWorld();
  readonly reviews = new FakeReviews();
  readonly approvals = new FakeApprovals();
  /** What people said of detections, by id. */
  private readonly judged = new Map<string, KeptDetection['judgement']>();
  private readonly suppressions: Suppression[] = [];
  private rotationState: RotationState = 'open';
  /** Whether the estate is as large as real ones get. */
  large = false;
  /** Addresses asked for that this server does not have; a test expects none. */
  readonly unknown: string[] = [];
  private readonly server: Server;
  private readonly files: ReadonlyMap<string, Buffer>;
  private readonly tokens = new Map<
    string,
    { id: string; name: string; role: 'viewer'; expiresAt: string; lastUsedAt: null }
  >();

  /** @param files the built console, read once so that a build beside the test does not pull it away. */
  private constructor(files: ReadonlyMap<string, Buffer>) {
    this.files = files;
    this.server = createServer((request, response) => void this.handle(request, response));
  }

  static async start(): Promise<FakeApi> {
    const api = new FakeApi(await filesUnder(dist));
    await new Promise<void>((resolve) => api.server.listen(0, '127.0.0.1', resolve));
    return api;
  }

  get address(): string {
    const bound = this.server.address();
    if (bound === null || typeof bound === 'string') throw new Error('the fake API does not listen');
    return `http://127.0.0.1:${bound.port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.address);
    if (!url.pathname.startsWith('/api/')) return this.file(url.pathname, response);
    const hit = match(request.method ?? 'GET', url.pathname);
    if (hit === undefined) {
      this.unknown.push(`${request.method} ${url.pathname}`);
      return refuse(response, new Refusal('FB-NOT-FOUND', url.pathname));
    }
    const [name, params] = hit;
    const link = /session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
    const route: Route = routes[name];
    if (route.role !== 'public' && (link === undefined || people[link] === undefined)) {
      return refuse(response, new Refusal('FB-AUTH-REQUIRED', 'There is no session.'));
    }
    if (name === 'events') return this.events(request, response);
    try {
      const text = await bodyOf(request);
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      route.body?.parse(body);
      const answer = this.answers[name]?.({ params, query: url.searchParams, body, link });
      if (name === 'signIn')
        response.setHeader(
          'set-cookie',
          `session=${(body as { link: string }).link}; Path=/; HttpOnly; SameSite=Strict`,
        );
      if (name === 'exportEvidence')
        return void response.writeHead(200, { 'content-type': 'application/x-tar' }).end('tar');
      // The fake is held to the contract too: an answer of another form fails the test that got it.
      send(response, 200, route.returns?.parse(answer));
    } catch (error) {
      refuse(response, error instanceof Refusal ? error : new Refusal('FB-INTERNAL', String(error)));
    }
  }

  private readonly answers: Partial<Record<RouteName, Answer>> = {
    health: () => ({ ok: true, version: 'fake' }),
    signIn: ({ body }) => {
      const person = people[(body as { link: string }).link];
      if (person === undefined) throw new Refusal('FB-AUTH-LINK-USED', 'This link was used at 02:31.');
      return person;
    },
    signOut: () => ({ ok: true }),
    me: ({ link }) => people[link ?? ''],
    listTokens: () => ({ tokens: [...this.tokens.values()] }),
    createToken: ({ body }) => {
      const { name } = body as { name: string };
      const token = {
        id: `tok-${this.tokens.size}`,
        name,
        role: 'viewer' as const,
        expiresAt: '2026-04-04T00:00:00.000Z',
        lastUsedAt: null,
      };
      this.tokens.set(token.id, token);
      return { ...token, token: 'fbt_shown_once_0123456789' };
    },
    revokeToken: ({ params }) => ({ ok: this.tokens.delete(params.id ?? '') }),
    invite: ({ body }) => ({
      ...(body as object),
      link: `${this.address}/sign-in#link=link-of-somebody`,
      expiresAt: '2026-03-05T00:00:00.000Z',
    }),
    estate: () => ({
      source: 'kubernetes:twin of the demo estate',
      collectedAt: '2026-03-04T03:10:00.000Z',
      counts: {
        Pod: 148,
        Secret: 71,
        ServiceAccount: 44,
        RoleBinding: 39,
        Role: 31,
        Deployment: 28,
        ConfigMap: 22,
        Node: 9,
        'InferenceService.serving.kserve.io': 6,
      },
      nodes: 412,
      edges: 3120,
      jewels: 23,
      completeness: { answer: 'limited', reasons: [gap] },
    }),
    recollect: () => ({ facts: 398, gaps: 1 }),
    nodes: ({ query }) => {
      const found = nodes.filter((node) => node.id.includes(query.get('q') ?? ''));
      return { nodes: found.slice(0, Number(query.get('limit') ?? 50)), total: found.length };
    },
    inventory: ({ query }) => {
      const q = query.get('q') ?? '';
      const position = q.indexOf('modell');
      if (position >= 0)
        throw new Refusal('FB-QUERY-INVALID', `There is no such class (position ${position + 1}).`, {
          query: q,
          position,
        });
      return inventory(q, Number(query.get('limit') ?? 100), this.large);
    },
    identities: ({ query }) => identities(query.has('query')),
    exposure: ({ query }) => exposure(query.has('identities') ? 'pair' : this.large ? 'large' : 'small'),
    whatIf: ({ body }) => {
      const { toggles } = body as { toggles: string[] };
      const unknown = toggles.find((toggle) => toggle.startsWith('nothing'));
      if (unknown !== undefined) throw new Refusal('FB-NODE-UNKNOWN', `There is no node ${unknown}.`);
      return whatIf(toggles);
    },
    requestPath: () => requestPath,
    lineage: () => lineage,
    artifactInspections: () => ({ inspections: [artifactPage.inspection] }),
    promotions: () => ({ records: [promotion] }),
    artifactPage: () => artifactPage,
    channelAudit: () => channelAudit,
    evidenceVault: () => vault,
    snapshot: () => snapshot,
    canaries: () => ({ canaries }),
    canary: ({ params }) => (params.id === waitingCanary.id ? waitingCanary : canary),
    recoveryBoard: ({ params }) => recoveryBoard(this.case(params).incident.id),
    followUps: ({ query }) => ({ followUps: [followUp(query.get('incident') ?? '')] }),
    threatModel: () => threatModel,
    aiTools: () => aiTools,
    channels: () => channels,
    thirdParties: () => thirdParties,
    privileges: () => privileges,
    reviews: () => ({ reviews: this.reviews.summaries }),
    review: ({ params }) => {
      const review = this.reviews.get(params.id ?? '');
      if (review === undefined) throw new Refusal('FB-NOT-FOUND', `There is no review ${params.id}.`);
      return review;
    },
    openReview: ({ body, link }) => {
      const { title, due } = body as { title: string; due: string | null };
      return this.reviews.open(title, due, people[link ?? '']?.name ?? '');
    },
    decideReview: ({ params, body, link }) => {
      const { item, verdict, note } = body as { item: string; verdict: 'keep' | 'reduce' | 'revoke'; note: string };
      return this.reviews.decide(params.id ?? '', item, verdict, note, people[link ?? '']?.name ?? '');
    },
    incidents: () => ({ incidents: [...this.world.cases.values()].map((found) => found.incident) }),
    openIncident: ({ body }) => {
      const { title, compromised, protect } = body as { title: string; compromised: string[]; protect: string };
      if (protect === 'bad') throw new Refusal('FB-SELECTOR-INVALID', '`bad` is no term.');
      return this.world.open(title, compromised, protect);
    },
    incident: ({ params }) => this.case(params).incident,
    queue: () => queue([...this.world.cases.values()].map((found) => found.incident)),
    case: ({ params }) => caseOf(this.case(params).incident, this.judged),
    timeline: ({ params, query }) => timeline(this.case(params).incident.id, query.get('kind')),
    did: ({ params }) => {
      this.case(params);
      return did;
    },
    detections: ({ query }) => {
      const found = [1, 2, 3].map((number) =>
        detection(number, { incident: null, joined: null, judgement: this.judged.get(`d${number}`) ?? null }),
      );
      const fitting = query.has('text') ? found.filter(({ title }) => title.includes(query.get('text') ?? '')) : found;
      return { detections: fitting, total: fitting.length, suppressed: 2, next: null };
    },
    giveVerdict: ({ params, body, link }) => {
      const { verdict, note } = body as { verdict: 'true-positive'; note: string };
      const judgement = { verdict, note, by: people[link ?? '']?.name ?? '', at: '2026-03-04T03:00:00.000Z' };
      this.judged.set(params.id ?? '', judgement);
      this.world.tell('detection', 'inc-7f3a');
      return detection(Number(params.id?.slice(1)), { judgement });
    },
    suppressions: () => ({ suppressions: this.suppressions }),
    suppress: ({ body, link }) => {
      const made: Suppression = {
        ...(body as Pick<Suppression, 'scope' | 'reason' | 'until'>),
        ...{
          id: `sup-${this.suppressions.length}`,
          by: people[link ?? '']?.name ?? '',
          at: '2026-03-04T03:00:00.000Z',
        },
        ...{ endedBy: null, state: 'active', hidden: 1, lastHid: null },
      };
      this.suppressions.push(made);
      return made;
    },
    quality: () => quality(this.judged),
    telemetry: () => telemetry,
    intake: () => intake,
    outlets: () => ({
      outlets: [
        {
          ...{ outlet: 'tickets', kind: 'webhook', told: 3, refused: 1, lastTold: '2026-03-04T02:20:00.000Z' },
          trouble: { why: 'It answered 503.', since: '2026-03-04T02:20:00.000Z', attempts: 4 },
          refusals: [{ message: 'm', why: 'It answered 400.', at: '2026-03-04T02:10:00.000Z' }],
        },
      ],
    }),
    rotation: ({ query }) => {
      const wanted = query.get('state');
      return { items: wanted === null || wanted === this.rotationState ? [rotationItem(this.rotationState)] : [] };
    },
    decideRotation: ({ body }) => {
      this.rotationState = (body as { state: RotationState }).state;
      return rotationItem(this.rotationState);
    },
    event: () => keptEvent,
    hunt: ({ query }) => {
      const q = query.get('q') ?? '';
      const position = q.indexOf('actr');
      if (position >= 0)
        throw new Refusal('FB-QUERY-INVALID', `There is no such field (position ${position + 1}).`, {
          query: q,
          position,
        });
      return hunt(q);
    },
    blast: ({ params }) => (this.case(params).large ? largeBlast() : blast(this.case(params).limited)),
    drawing: ({ params }) => (this.case(params).large ? largeDrawing() : drawing(this.case(params).plan !== null)),
    paths: ({ params, query }) => {
      const goal = query.get('goal');
      return {
        start: paths[0]?.start,
        paths: paths.filter((path) => goal === null || path.goal.id === goal),
        completeness: this.case(params).limited ? { answer: 'limited', reasons: [gap] } : { answer: 'complete' },
      };
    },
    makePlan: ({ params }) => this.world.makePlan(this.case(params).incident.id),
    plan: ({ params }) => {
      const { plan } = this.case(params);
      if (plan === null) throw new Refusal('FB-NOT-FOUND', 'This incident has no plan.');
      return plan;
    },
    replan: ({ params, body }) => this.world.makePlan(this.case(params).incident.id, body as PlanWish),
    comparePlans: ({ body }) => {
      const choice = planChoice(body as { pin: string[]; forbid: string[] });
      if (choice !== null) return choice;
      throw new Refusal('FB-PLAN-CONTRADICTION', 'One lever is pinned and forbidden.');
    },
    race: () => race,
    scope: () => scope,
    impact: ({ query }) => breakage(query.get('what') ?? ''),
    checkPlan: ({ params }) => ({
      ok: true,
      digest: this.case(params).plan?.digest ?? '',
      checks: [
        { check: 'The digest matches the content', ok: true, detail: 'SHA-256 over the canonical JSON.' },
        { check: 'The reached set is closed without the severed edges', ok: true, detail: '3,120 edges, 31 severed.' },
        {
          check: 'After applying the steps to the twin a fresh derivation agrees',
          ok: true,
          detail: '412 nodes collected again.',
        },
      ],
      completeness: this.case(params).limited ? { answer: 'limited', reasons: [gap] } : { answer: 'complete' },
    }),
    dryRun: ({ params }) => ({
      steps: this.case(params).plan?.steps.map((step) => ({
        stepId: step.id,
        title: step.title,
        changes: changesOf(step),
        before: { subjects: [{ kind: 'ServiceAccount', name: '<i>runner</i>' }] },
        problem: step.ordinal === 5 ? 'The node is cordoned already.' : null,
      })),
    }),
    approve: ({ params, body, link }) => {
      const { digest, steps, breakGlass } = body as {
        digest: string;
        steps?: string[];
        breakGlass?: { reason: string };
      };
      const person = people[link ?? ''];
      if (person?.role === 'responder') {
        if (breakGlass === undefined)
          throw new Refusal('FB-APPROVAL-REFUSED', `${person.name} may not approve step 2.`, { refused: ['step 2'] });
        this.approvals.break(person.name, this.case(params), steps ?? ['s1'], breakGlass.reason);
        this.world.tell('break-glass', params.id ?? null);
      }
      const execution = this.world.approve(
        this.case(params).incident.id,
        digest,
        steps,
        people[link ?? '']?.name ?? '',
      );
      if (execution === null) throw new Refusal('FB-APPROVAL-DIGEST', 'The plan of the incident has another digest.');
      return execution;
    },
    makeApprovalLink: ({ params, body, link }) => {
      const { for: person = '' } = body as { for?: string };
      const found = this.case(params);
      const secret = this.approvals.make(people[link ?? '']?.name ?? '', person, found);
      return {
        id: 'apl-1',
        link: `/approve#link=${secret}`,
        person,
        digest: found.plan?.digest ?? '',
        steps: null,
        expiresAt: '2026-03-04T03:20:00.000Z',
      };
    },
    showApprovalLink: ({ body }) => {
      const secret = (body as { link: string }).link;
      return this.approvals.show(secret, this.case({ id: this.linkOf(secret).incident }));
    },
    useApprovalLink: ({ body }) => {
      const secret = (body as { link: string }).link;
      const { incident, person } = this.linkOf(secret);
      this.approvals.links.delete(secret);
      const { state } =
        this.world.approve(incident, this.case({ id: incident }).plan?.digest ?? '', undefined, person) ?? {};
      return { incident, state };
    },
    breakGlasses: () => ({ breakGlasses: this.approvals.glasses }),
    reviewBreakGlass: ({ params, body, link }) => {
      const { verdict, note } = body as { verdict: 'justified' | 'not-justified'; note: string };
      const reviewed = this.approvals.review(params.id ?? '', people[link ?? '']?.name ?? '', verdict, note);
      if (reviewed === undefined) throw new Refusal('FB-NOT-FOUND', `There is no break-glass ${params.id}.`);
      if (reviewed === null) throw new Refusal('FB-BREAK-GLASS-OWN', 'It is your own.');
      this.world.tell('break-glass', reviewed.incident);
      return reviewed;
    },
    execution: ({ params }) => this.case(params).execution,
    pause: ({ params }) => this.world.steer(this.case(params).incident.id, 'paused'),
    resume: ({ params }) => this.world.steer(this.case(params).incident.id, 'running'),
    abort: ({ params }) => this.world.steer(this.case(params).incident.id, 'stopped'),
    undo: ({ params }) => this.world.undo(this.case(params).incident.id),
    ledger: ({ params }) => ({
      entries: ['incident.opened', 'plan.made', 'plan.approved', 'step.before', 'step.applied', 'step.probed'].map(
        (kind, seq) => ({
          v: 1,
          at: `2026-03-04T03:0${seq}:10.123Z`,
          incident: params.id ?? '',
          incidentSeq: seq,
          kind,
          actor: seq < 3 ? 'Ada' : 'worker:w1',
          body: { digest: 'a'.repeat(64), step: `s${seq}`, note: '<b>not bold</b>' },
          blobs:
            seq === 3
              ? [
                  {
                    name: 'before-state of RoleBinding deployer-binding',
                    mediaType: 'application/json',
                    sha256: 'b'.repeat(64),
                    size: 2130,
                  },
                ]
              : [],
          index: 40 + seq * 3,
        }),
      ),
      checkpoint:
        'firebreak.local/log\n58\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— firebreak.local/log Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n',
      verifierKey: 'firebreak.local/log+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8',
    }),
    secondParties: () => ({
      quorum: 1,
      parties: [
        {
          kind: 'witness',
          name: 'witness.example/team-b',
          url: 'https://witness.example',
          verifierKey: 'witness.example/team-b+00000000+AAAA',
          askedAt: '2026-03-04T03:06:00.000Z',
          size: 58,
          seenAt: '2026-03-04T03:06:01.000Z',
          reason: null,
        },
        {
          kind: 'authority',
          name: 'https://tsa.example',
          url: 'https://tsa.example',
          verifierKey: null,
          askedAt: '2026-03-04T03:06:00.000Z',
          size: 58,
          seenAt: null,
          reason: 'it does not answer: connect ECONNREFUSED',
        },
      ],
      checkpoint: { size: 58, note: 'firebreak.local/log\n58\nroot\n\n— firebreak.local/log sig\n' },
    }),
    verifyEvidence: ({ params }) => ({
      format: 2,
      documents: [],
      witnesses: [],
      timestamps: [],
      notes: [],
      ok: true,
      unvouched: false,
      incident: params.id ?? '',
      origin: 'firebreak.local/log',
      treeSize: 58,
      rootHash: 'a1'.repeat(32),
      verifierKey: 'firebreak.local/log+033de0ae+Ac4zctda0e5eza',
      keySource: 'embedded',
      entries: 6,
      blobs: 1,
      checks: [
        { check: 'Every entry is in the log', ok: true, detail: '6 inclusion proofs.' },
        { check: 'No entry of the incident is missing', ok: true, detail: 'Numbers 0 to 5 without gaps.' },
        { check: 'The checkpoint is signed', ok: true, detail: 'Ed25519, key 033de0ae.' },
      ],
    }),
    exportEvidence: () => undefined,
  };

  private linkOf(secret: string) {
    const found = this.approvals.links.get(secret);
    if (found === undefined) throw new Refusal('FB-APPROVAL-LINK-USED', 'It was used at 03:05.');
    return found;
  }

  private case(params: Readonly<Record<string, string>>): FakeCase {
    const found = this.world.get(params.id ?? '');
    if (found === undefined) throw new Refusal('FB-NOT-FOUND', `There is no incident ${params.id}.`);
    return found;
  }

  private events(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(': hello\n\n');
    const stop = this.world.listen((event) => response.write(`data: ${JSON.stringify(event)}\n\n`));
    request.on('close', stop);
  }

  private file(path: string, response: ServerResponse): void {
    const types: Readonly<Record<string, string>> = {
      '.js': 'text/javascript',
      '.css': 'text/css',
      '.svg': 'image/svg+xml',
    };
    const type = types[extname(path)];
    const bytes = this.files.get(type === undefined ? '/index.html' : path);
    if (bytes === undefined) {
      this.unknown.push(`GET ${path}`);
      return void response.writeHead(404).end();
    }
    response.writeHead(200, {
      'content-type': type ?? 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      // As the platform has it: what is built has its digest in its name.
      'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
    response.end(bytes);
  }
}

function match(method: string, path: string): [RouteName, Record<string, string>] | undefined {
  for (const name of Object.keys(routes) as RouteName[]) {
    if (routes[name].method !== method) continue;
    const wanted = routes[name].path.split('/');
    const given = path.split('/');
    if (wanted.length !== given.length) continue;
    const params: Record<string, string> = {};
    const fits = wanted.every((part, i) => {
      const value = given[i] ?? '';
      if (!part.startsWith('{')) return part === value;
      params[part.slice(1, -1)] = decodeURIComponent(value);
      return true;
    });
    if (fits) return [name, params];
  }
  return undefined;
}

async function filesUnder(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(
      paths.map(async (path): Promise<[string, Buffer]> => [path.slice(folder.length), await readFile(path)]),
    ),
  );
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

function send(response: ServerResponse, status: number, answer: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}

function refuse(response: ServerResponse, { code, message, detail }: Refusal): void {
  const { what, next, status } = catalogue[code];
  send(response, status, { code, what, why: message, next, ...(detail === undefined ? {} : { detail }) });
}
