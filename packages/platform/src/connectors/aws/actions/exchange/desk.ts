/**
 * What an action works with: the open account, proven to be the one that its parameters name. Files have no control, and
 * another account's session is refused before anything is asked of a resource.
 */
import { type Attempt, accountOfArn, FirebreakError } from '@firebreak/contract';
import { type Foreign, textAt } from '../../../../intake/foreign.ts';
import type { Service } from '../../account/calls.ts';
import type { Control, Reply } from '../../account/control.ts';
import type { AwsSession } from '../../session.ts';
import { readError } from './failure.ts';

export type AwsAttempt = Attempt<AwsSession>;

export interface Desk {
  readonly control: Control;
  readonly signal: AbortSignal;
  /** The user or role that we are, as an ARN of IAM without path; empty for the account itself. */
  readonly self: string;
  /** An answer, or null where there is no such thing. @throws FirebreakError where it cannot be told */
  get(service: Service, operation: string, input: Foreign, region?: string): Promise<Foreign | null>;
  /** AWS's clock at the last answer, ISO 8601 to the second. */
  clock(): string;
  look(service: Service, operation: string, input: Foreign, region?: string): Promise<Reply>;
}

/** By control, so that the question is asked once a session. */
const callers = new WeakMap<Control, { readonly account: string; readonly arn: string }>();

/** @throws FirebreakError FB-SOURCE-READ-ONLY, FB-AWS-OTHER-ACCOUNT, or what asking failed by */
export async function deskOf({ session, signal }: AwsAttempt, account: string): Promise<Desk> {
  const { control } = session;
  if (control === undefined)
    throw new FirebreakError('FB-SOURCE-READ-ONLY', `${session.address} holds answers of AWS, not the account itself.`);
  const caller = await callerOf(control, signal);
  if (caller.account !== account)
    throw new FirebreakError(
      'FB-AWS-OTHER-ACCOUNT',
      `The step is about ${account}, the open account is ${caller.account}.`,
    );
  let at = '';
  const look: Desk['look'] = async (service, operation, input, region) => {
    const reply = await control.read({ service, operation, region, input }, signal);
    if (reply.ok) at = reply.at;
    return reply;
  };
  return {
    control,
    signal,
    self: roleOfSession(caller.arn),
    look,
    clock: () => at.replace(/\.\d+Z$/, 'Z'),
    async get(service, operation, input, region) {
      const reply = await look(service, operation, input, region);
      if (reply.ok) return reply.value;
      if (reply.failure === 'absent') return null;
      throw readError(reply, `${service} ${operation}`);
    },
  };
}

/** Which account a session is, once it has been asked; undefined before. */
export function knownAccount(session: AwsSession): string | undefined {
  return session.control === undefined ? undefined : callers.get(session.control)?.account;
}

/** Who we are there. @throws FirebreakError */
export async function callerOf(control: Control, signal: AbortSignal): Promise<{ account: string; arn: string }> {
  const known = callers.get(control);
  if (known !== undefined) return known;
  const command = { service: 'sts', operation: 'GetCallerIdentity', region: undefined, input: {} } as const;
  const reply = await control.write(command, signal);
  if (!reply.ok) throw readError(reply, 'sts GetCallerIdentity');
  const caller = { account: textAt(reply.value, 'Account') ?? '', arn: textAt(reply.value, 'Arn') ?? '' };
  callers.set(control, caller);
  return caller;
}

/** `…:assumed-role/name/session` → the role; a user's ARN stays as it is. */
function roleOfSession(arn: string): string {
  const session = /^arn:([^:]+):sts::(\d{12}):assumed-role\/([^/]+)\//.exec(arn);
  return session === null ? arn : `arn:${session[1]}:iam::${session[2]}:role/${session[3]}`;
}

/** Whether an identity is the one that we work as; a session's ARN does not have the role's path. */
export function isSelf(self: string, arn: string): boolean {
  const bare = arn.replace(/:(role|user)\/.*\//, ':$1/');
  return self === arn || self.replace(/:(role|user)\/.*\//, ':$1/') === bare;
}

/** Region of an ARN, undefined for what has none. */
export function regionOf(arn: string): string | undefined {
  const region = arn.split(':', 5)[3];
  return region === undefined || region === '' ? undefined : region;
}

/** What follows the last slash or colon: the name of most things. */
export function nameOf(arn: string): string {
  return arn.slice(Math.max(arn.lastIndexOf('/'), arn.lastIndexOf(':')) + 1);
}

/** Whether an ARN is of this account, or of none (buckets). */
export function isOfAccount({ account, arn }: { readonly account: string; readonly arn: string }): boolean {
  const owner = accountOfArn(arn);
  return owner === undefined || owner === account;
}
