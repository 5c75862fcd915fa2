/** One command that changes something, described before it is sent: `preview` and `apply` are made of the same value. */
import type { Change, NodeId, Outcome } from '@firebreak/contract';
import type { Foreign } from '../../../../intake/foreign.ts';
import type { Service } from '../../account/calls.ts';
import type { Desk } from './desk.ts';
import { writeOutcome } from './failure.ts';

export interface Write {
  readonly verb: Change['verb'];
  readonly object: NodeId;
  readonly service: Service;
  readonly operation: string;
  readonly region?: string | undefined;
  readonly input: Foreign;
  /** What is wanted is that the thing is not there: then its absence is no failure. */
  readonly removes?: boolean;
}

/** `iam PutRolePolicy`, `lambda PutFunctionConcurrency in eu-west-1`, with the input as it is sent. */
export function changeOf({ verb, object, service, operation, region, input }: Write): Change {
  return {
    verb,
    object,
    request: `${service} ${operation}${region === undefined ? '' : ` in ${region}`}`,
    body: input,
  };
}

export async function send({ control, signal }: Desk, write: Write): Promise<Outcome> {
  const { service, operation, region, input } = write;
  const reply = await control.write({ service, operation, region, input }, signal);
  if (reply.ok || (write.removes === true && reply.failure === 'absent')) return { outcome: 'done' };
  return writeOutcome(reply, `${service} ${operation}`);
}
