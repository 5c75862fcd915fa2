/**
 * Administration of a LiteLLM proxy, as its audit callbacks hand it on (`StandardAuditLogPayload`): keys, teams, users, models,
 * settings. The proxy writes it in its enterprise edition. Source: litellm/types/utils.py, litellm/proxy/_types.py.
 */
import { type EventFormat, litellmId, type NormalEvent } from '@firebreak/contract';
import { textAt } from '../../intake/foreign.ts';
import { moment } from '../moment.ts';
import { told } from '../told.ts';

/** Tables whose objects are nodes, without the server's name (`litellm.ts`). */
const kinds: Readonly<Record<string, 'Key' | 'Team' | 'User'>> = {
  LiteLLM_VerificationToken: 'Key',
  LiteLLM_TeamTable: 'Team',
  LiteLLM_UserTable: 'User',
};
const hash = /^[0-9a-f]{64}$/;

export default {
  id: 'litellm-audit',
  title: 'LiteLLM proxy audit log',
  systems: ['litellm'],
  is: (value) =>
    textAt(value, 'table_name')?.startsWith('LiteLLM_') === true &&
    textAt(value, 'action') !== undefined &&
    textAt(value, 'object_id') !== undefined,
  read(value) {
    const [table, action, object] = [
      textAt(value, 'table_name') ?? '',
      textAt(value, 'action') ?? '',
      textAt(value, 'object_id') ?? '',
    ];
    const by = textAt(value, 'changed_by');
    const key = textAt(value, 'changed_by_api_key');
    const kind = Object.hasOwn(kinds, table) ? kinds[table] : undefined;
    return {
      time: moment(textAt(value, 'updated_at')),
      system: 'litellm',
      actor: {
        name: by ?? 'nobody named',
        ...told({
          id: by === undefined ? undefined : litellmId('User', by),
          credential: key !== undefined && hash.test(key) ? litellmId('Key', key) : undefined,
        }),
      },
      operation: `${action} ${table.slice('LiteLLM_'.length)}`,
      activity: activityOf(action),
      targets: kind === undefined ? [] : [litellmId(kind, object)],
      outcome: 'done',
      ...told({ ownId: textAt(value, 'id') }),
    };
  },
} satisfies EventFormat;

function activityOf(action: string): NormalEvent['activity'] {
  return action === 'deleted' ? 'delete' : 'change';
}
