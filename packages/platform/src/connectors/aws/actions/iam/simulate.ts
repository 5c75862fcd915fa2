/**
 * Asks AWS's own policy evaluation what an identity may do now. It weighs the identity's policies, its boundary and the
 * organization's, so that "denied" is an answer of the system and not of ours; resource policies are beyond it.
 */
import type { ProbeResult } from '@firebreak/contract';
import { array, type Foreign, textAt } from '../../../../intake/foreign.ts';
import type { Desk } from '../exchange/desk.ts';
import { inWords } from '../exchange/failure.ts';

export interface Trial {
  readonly what: string;
  readonly arn: string;
  readonly actions: readonly string[];
  readonly resources?: readonly string[];
  readonly context?: readonly Foreign[];
}

/** Needs `simulatePermission`. */
export async function simulate(desk: Desk, { what, arn, actions, resources, context }: Trial): Promise<ProbeResult> {
  const reply = await desk.look('iam', 'SimulatePrincipalPolicy', {
    PolicySourceArn: arn,
    ActionNames: actions,
    ...(resources === undefined ? {} : { ResourceArns: resources }),
    ...(context === undefined ? {} : { ContextEntries: context }),
  });
  if (!reply.ok) return { what, result: 'cannot-tell', evidence: inWords(reply, 'iam SimulatePrincipalPolicy') };
  const results = array(reply.value.EvaluationResults);
  const decisions = results.map((each) => `${textAt(each, 'EvalActionName')}: ${textAt(each, 'EvalDecision')}`);
  const allowed = results.filter((each) => textAt(each, 'EvalDecision') === 'allowed');
  const evidence = `AWS's policy simulator answers ${decisions.slice(0, 10).join(', ')}.`;
  if (results.length === 0) return { what, result: 'cannot-tell', evidence: 'The policy simulator answered nothing.' };
  return { what, result: allowed.length === 0 ? 'holds' : 'fails', evidence };
}

export const simulatePermission = 'iam:SimulatePrincipalPolicy *';
