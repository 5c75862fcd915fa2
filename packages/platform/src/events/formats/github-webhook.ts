/**
 * Deliveries of GitHub's webhooks. What kind of event it is stands in a header, which intake over HTTP puts into the body as
 * `delivery_event`; elsewhere it is told by the one member that only deliveries of that kind have. Source: GitHub, "Webhook events and payloads".
 */
import { type EventFormat, githubAccountId, type NormalEvent, workflowId } from '@firebreak/contract';
import { field, record, textAt } from '../../intake/foreign.ts';
import { moment } from '../moment.ts';
import { told } from '../told.ts';

/** By member, the more particular first. */
const kinds: readonly (readonly [member: string, event: string])[] = [
  ['workflow_job', 'workflow_job'],
  ['workflow_run', 'workflow_run'],
  ['deployment_status', 'deployment_status'],
  ['deployment', 'deployment'],
  ['check_run', 'check_run'],
  ['check_suite', 'check_suite'],
  ['alert', 'security_alert'],
  ['release', 'release'],
  ['review', 'pull_request_review'],
  ['comment', 'comment'],
  ['pull_request', 'pull_request'],
  ['issue', 'issues'],
  ['commits', 'push'],
  ['rule', 'branch_protection_rule'],
  ['repository_ruleset', 'repository_ruleset'],
  ['key', 'deploy_key'],
  ['hook', 'hook'],
  ['member', 'member'],
  ['membership', 'organization'],
  ['team', 'team'],
  ['repositories_added', 'installation_repositories'],
  ['personal_access_token_request', 'personal_access_token_request'],
  ['installation', 'installation'],
  ['package', 'package'],
  ['registry_package', 'package'],
  ['forkee', 'fork'],
  ['ref_type', 'ref'],
  ['repository', 'repository'],
  ['organization', 'organization'],
];
const executes = new Set(['workflow_job', 'workflow_run', 'deployment', 'check_run', 'check_suite']);

export default {
  id: 'github-webhook',
  title: 'GitHub webhooks',
  systems: ['github', 'git'],
  is: (value) =>
    textAt(value, 'actor') === undefined &&
    (textAt(value, 'repository', 'full_name') !== undefined ||
      (textAt(value, 'sender', 'login') !== undefined &&
        ['organization', 'installation', 'enterprise'].some((name) => record(field(value, name)) !== undefined))),
  read(value) {
    const kind =
      textAt(value, 'delivery_event') ??
      kinds.find(([member]) => field(value, member) !== undefined)?.[1] ??
      'delivery';
    const action = textAt(value, 'action');
    const repository = textAt(value, 'repository', 'full_name');
    const owner = repository?.split('/')[0] ?? textAt(value, 'organization', 'login');
    const host = hostOf(value);
    const about = record(field(value, kind)) ?? field(value, 'comment') ?? field(value, 'head_commit');
    const sender = textAt(value, 'sender', 'login') ?? textAt(value, 'pusher', 'name');
    const times = ['updated_at', 'completed_at', 'created_at', 'timestamp', 'submitted_at'];
    return {
      time: times.map((name) => moment(textAt(about, name))).find((time) => time !== undefined),
      system: owner === undefined ? 'github' : `github ${owner.toLowerCase()}`,
      actor: {
        name: sender ?? 'nobody named',
        ...told({
          id: sender === undefined ? undefined : githubAccountId('User', host, sender),
          session: installation(value),
        }),
      },
      operation: action === undefined ? kind : `${kind}.${action}`,
      activity: activityOf(kind, action),
      targets: repository?.includes('/') === true ? targetsOf(value, host, repository) : [],
      outcome: 'done',
      ...told({ ownId: textAt(value, 'delivery_id') }),
    };
  },
} satisfies EventFormat;

/** The app in whose name it was done, where it was one. */
function installation(value: unknown): string | undefined {
  const id = field(field(value, 'installation'), 'id');
  return typeof id === 'number' ? `installation ${id}` : undefined;
}

/** A server of one's own says so in its addresses. */
function hostOf(value: unknown): string {
  const address = textAt(value, 'repository', 'html_url') ?? textAt(value, 'sender', 'html_url') ?? '';
  return URL.canParse(address) ? new URL(address).host : 'github.com';
}

function targetsOf(value: unknown, host: string, path: string): string[] {
  const file = textAt(value, 'workflow', 'path') ?? textAt(value, 'workflow_run', 'path')?.split('@')[0];
  const repository = `git:Repository/${host}/${path.toLowerCase()}`;
  return file === undefined ? [repository] : [repository, workflowId({ host, path }, file)];
}

function activityOf(kind: string, action: string | undefined): NormalEvent['activity'] {
  if (executes.has(kind)) return 'execute';
  if (action !== undefined && /^(deleted|removed|closed|archived|suspend|dismissed|unpublished)$/.test(action))
    return 'delete';
  return kind === 'comment' || kind === 'issues' || kind === 'delivery' ? 'other' : 'change';
}
