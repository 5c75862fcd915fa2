/** The audit log of a GitHub organization or enterprise: as streamed (one a line) or as its API lists it. */
import { type EventFormat, githubAccountId, type NormalEvent } from '@firebreak/contract';
import { field, record, textAt } from '../../intake/foreign.ts';
import { moment } from '../moment.ts';

const host = 'github.com';
const reads = /^(git\.(clone|fetch)|.*\.(read|download|list|access))$/;
const deletes = /\.(destroy|delete|remove|removed|remove_member|disable|disabled)$/;

export default {
  id: 'github-audit',
  title: 'GitHub audit log',
  systems: ['github', 'git'],
  is: (value) =>
    /^[a-z_]+(\.[a-z_]+)+$/.test(textAt(value, 'action') ?? '') &&
    textAt(value, 'actor') !== undefined &&
    ['org', 'repo', 'repository', 'business'].some((name) => textAt(value, name) !== undefined),
  read(value) {
    const times = ['@timestamp', 'created_at', 'at_sign_timestamp', 'p_event_time'];
    const time = times.map((name) => moment(field(value, name))).find((each) => each !== undefined);
    const action = textAt(value, 'action') ?? 'unknown';
    const org = textAt(value, 'org') ?? textAt(value, 'repo')?.split('/')[0];
    const repository = textAt(value, 'repo') ?? textAt(value, 'repository');
    const ownId = textAt(value, '_document_id');
    return {
      time,
      system: org === undefined ? 'github' : `github ${org.toLowerCase()}`,
      actor: actorOf(value),
      operation: action,
      activity: activityOf(action),
      targets: repository?.includes('/') === true ? [repositoryNode(repository, action)] : [],
      outcome: 'done',
      ...(ownId === undefined ? {} : { ownId }),
    };
  },
} satisfies EventFormat;

/** Whoever fetches has the content; whoever pushes or sets something up writes. */
function repositoryNode(repository: string, action: string): string {
  return `git:${reads.test(action) ? 'RepositoryContent' : 'Repository'}/${host}/${repository.toLowerCase()}`;
}

function actorOf(value: unknown): NormalEvent['actor'] {
  const name = textAt(value, 'actor') ?? textAt(value, 'user') ?? 'nobody named';
  const token = textAt(value, 'hashed_token') ?? textAt(value, 'token_id');
  const programmatic = textAt(value, 'programmatic_access_type');
  const key = textAt(value, 'public_key_fingerprint') ?? textAt(value, 'deploy_key_fingerprint');
  const address = textAt(value, 'actor_ip') ?? textAt(record(field(value, 'actor_location')), 'ip');
  const agent = textAt(value, 'user_agent');
  const session = token ?? key ?? programmatic;
  return {
    name,
    ...(name === 'nobody named' ? {} : { id: githubAccountId('User', host, name) }),
    ...(session === undefined ? {} : { session }),
    ...(address === undefined ? {} : { address }),
    ...(agent === undefined ? {} : { agent }),
  };
}

function activityOf(action: string): NormalEvent['activity'] {
  if (reads.test(action)) return 'read';
  if (deletes.test(action)) return 'delete';
  if (/^(user\.login|oauth_access|personal_access_token)/.test(action)) return 'authenticate';
  return /^workflows\.(created_workflow_run|prepared_workflow_job|rerun)/.test(action) ? 'execute' : 'change';
}
