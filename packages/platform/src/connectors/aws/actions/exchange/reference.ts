import { awsId, type NodeRef } from '@firebreak/contract';
import { kindOf } from '../impact/legitimate-use.ts';
import { nameOf } from './desk.ts';

/** The node of an ARN as a reference. */
export function refOf(arn: string): NodeRef {
  const id = awsId(arn);
  return { kind: kindOf(id), id, name: nameOf(arn) };
}
