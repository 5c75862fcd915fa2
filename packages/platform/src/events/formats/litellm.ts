/**
 * Calls through a LiteLLM proxy, as its logging callbacks post them (`StandardLoggingPayload`): model calls, embeddings, calls of MCP
 * tools. The virtual key is told by its hash, which is its name in the estate as well; which proxy it was is not told, so the id
 * leaves the server out and `node-finder.ts` fits it where one proxy alone has such a key. Source: litellm/types/utils.py.
 */
import { type EventFormat, litellmId, type NormalEvent } from '@firebreak/contract';
import { field, textAt } from '../../intake/foreign.ts';
import { approvalOf } from '../approval.ts';
import { moment } from '../moment.ts';
import { numberOf } from '../number-of.ts';
import { told } from '../told.ts';
import { toolCallOf } from '../tool-call.ts';

/** Hex of SHA-256, as the proxy keeps a key. */
const hash = /^[0-9a-f]{64}$/;

export default {
  id: 'litellm',
  title: 'LiteLLM proxy calls',
  systems: ['litellm'],
  is: (value) =>
    textAt(value, 'call_type') !== undefined &&
    textAt(value, 'id') !== undefined &&
    field(value, 'startTime') !== undefined &&
    ['model_parameters', 'hidden_params', 'status_fields', 'model_group'].some(
      (name) => field(value, name) !== undefined,
    ),
  read(value) {
    const metadata = field(value, 'metadata');
    const call = textAt(value, 'call_type') ?? 'call';
    const tool = toolCallOf(value);
    const model = textAt(value, 'model_group') ?? textAt(value, 'model');
    const subject = tool === undefined ? model : [tool.server, tool.name].filter(Boolean).join('/');
    const failed = textAt(value, 'status') === 'failure';
    const error = field(value, 'error_information');
    const code = numberOf(field(error, 'error_code'));
    const key = textAt(metadata, 'user_api_key_hash');
    const user = textAt(metadata, 'user_api_key_user_id');
    const names = [textAt(metadata, 'user_api_key_alias'), user, textAt(value, 'end_user'), key];
    return {
      time: moment(field(value, 'startTime')),
      system: 'litellm',
      actor: {
        name: names.find((each) => each !== undefined) ?? 'nobody named',
        ...told({
          id: user === undefined ? undefined : litellmId('User', user),
          credential: key !== undefined && hash.test(key) ? litellmId('Key', key) : undefined,
          session: textAt(value, 'session_id') ?? textAt(value, 'trace_id'),
          address: textAt(value, 'requester_ip_address') ?? textAt(metadata, 'requester_ip_address'),
          agent: textAt(value, 'user_agent') ?? textAt(metadata, 'user_agent'),
        }),
      },
      operation: subject === undefined || subject === '' ? call : `${call} ${subject}`,
      activity: activityOf(call),
      targets: targetsOf(tool?.server, tool?.name, model),
      outcome: failed ? (code === 401 || code === 403 || code === 429 ? 'refused' : 'failed') : 'done',
      ownId: textAt(value, 'litellm_call_id') ?? (textAt(value, 'id') as string),
      ...told({
        approval: approvalOf(value),
        reason: failed ? (textAt(error, 'error_message') ?? textAt(value, 'error_str')) : undefined,
      }),
    };
  },
} satisfies EventFormat;

/** Without the server's name, as the key's. */
function targetsOf(server: string | undefined, tool: string | undefined, model: string | undefined): string[] {
  if (tool === undefined) return model === undefined ? [] : [litellmId('Model', model)];
  return server === undefined ? [] : [litellmId('McpServer', server), litellmId('Tool', `${server}/${tool}`)];
}

function activityOf(call: string): NormalEvent['activity'] {
  if (/embedding|rerank|search|list|retrieve|^a?get_|file_content/.test(call)) return 'read';
  return /delete/.test(call) ? 'delete' : 'execute';
}
