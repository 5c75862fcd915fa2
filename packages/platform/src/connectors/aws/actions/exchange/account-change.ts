/**
 * Levers that bring one thing of an account from a state that was read to a wanted one, and back: all of ours but rotation. AWS has
 * few preconditions, so they go the way that `exchange/state-change.ts` lays out, with the codes that AWS's refusals have.
 */
import { type Exchange, type Reversible, type StateChange, stateChange } from '../../../../exchange/state-change.ts';
import type { AwsSession } from '../../session.ts';
import { type Desk, deskOf } from './desk.ts';
import { changeOf, send, type Write } from './write.ts';

export interface InAccount {
  readonly account: string;
  readonly arn: string;
}

const exchange: Exchange<InAccount, AwsSession, Desk, Write> = {
  desk: (attempt, { account }) => deskOf(attempt, account),
  send,
  show: changeOf,
  name: ({ arn }) => arn,
  codes: { gone: 'FB-AWS-GONE', changed: 'FB-AWS-CONFLICT' },
};

export function accountChange<P extends InAccount, B>(
  change: StateChange<P, B, Desk, Write>,
): Reversible<P, B, AwsSession> {
  return stateChange(exchange, change);
}
