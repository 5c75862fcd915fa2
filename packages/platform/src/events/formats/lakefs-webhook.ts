/** What lakeFS's actions tell a webhook: commits, merges, branches and tags of datasets. Source: lakeFS, "Actions and hooks". */
import type { EventFormat, NormalEvent } from '@firebreak/contract';
import { field, textAt } from '../../intake/foreign.ts';
import { moment } from '../moment.ts';
import { told } from '../told.ts';

const type = /^(pre|post|prepare)-(commit|merge|create-branch|delete-branch|create-tag|delete-tag|revert|cherry-pick)$/;

export default {
  id: 'lakefs-webhook',
  title: 'lakeFS hooks',
  systems: ['lakefs'],
  is: (value) => type.test(textAt(value, 'event_type') ?? '') && textAt(value, 'repository_id') !== undefined,
  read(value) {
    const [, when, what = ''] = type.exec(textAt(value, 'event_type') ?? '') ?? [];
    // Whoever is asked before may still say no.
    if (when !== 'post') return undefined;
    const repository = textAt(value, 'repository_id') ?? '';
    const branch = textAt(value, 'branch_id') ?? textAt(value, 'tag_id');
    const committer = textAt(value, 'committer');
    return {
      time: moment(field(value, 'event_time')),
      system: `lakefs ${repository}`,
      actor: {
        name: committer ?? 'nobody named',
        ...told({ id: committer === undefined ? undefined : `lakefs:User/${committer}` }),
      },
      operation: `${what}${branch === undefined ? '' : ` ${branch}`}`,
      activity: activityOf(what),
      targets: [`lakefs:Repository/${repository}`],
      outcome: 'done',
      ...told({ ownId: runOf(value) }),
    };
  },
} satisfies EventFormat;

function runOf(value: unknown): string | undefined {
  const [commit, event] = [textAt(value, 'commit_id'), textAt(value, 'event_time')];
  return commit === undefined || event === undefined
    ? undefined
    : `${textAt(value, 'repository_id')}/${textAt(value, 'event_type')}/${commit}/${event}`;
}

function activityOf(what: string): NormalEvent['activity'] {
  return what.startsWith('delete') ? 'delete' : 'change';
}
