/**
 * Tries whether a grant is really gone: an access review for the subject, and for a service account also the real thing, a
 * token of it that asks for itself. The authorizer works from a cache that trails the write a little, so "still allowed"
 * counts only after a bounded wait.
 */
import type { ProbeResult } from '@firebreak/contract';
import { printable } from '../../../../intake/foreign.ts';
import type { ApiObject, ApiResult } from '../../api.ts';
import { inWords } from '../exchange/failure.ts';
import { waitFor } from '../exchange/patience.ts';
import type { KubernetesAttempt } from '../exchange/reading.ts';
import { reviews } from '../objects/built-in.ts';
import { askWith, freshToken } from './fresh-token.ts';
import { otherGrants } from './other-grants.ts';
import type { Authenticated } from './subject.ts';
import { allows, attributes, isAllowed, type Rule, reviewReason, type Wish, wishesOf, wishInWords } from './trial.ts';

const authorizerLag = { atMost: 5000, every: 250 };

/** The grant that a stripped binding no longer gives. */
export interface GoneGrant {
  readonly who: Authenticated;
  /** In words: `ServiceAccount ml/predictor`. */
  readonly subject: string;
  /** As `bindingName` writes it. */
  readonly binding: string;
  readonly namespace: string | undefined;
  readonly rules: readonly Rule[];
}

export async function probeGrant(attempt: KubernetesAttempt, grant: GoneGrant): Promise<readonly ProbeResult[]> {
  const { who, subject, namespace } = grant;
  const told = `${subject} may not use what ${grant.binding} granted`;
  const cannotTell = (evidence: string): readonly ProbeResult[] => [{ what: told, result: 'cannot-tell', evidence }];

  const wishes = wishesOf(grant.rules, namespace === undefined);
  if (wishes.length === 0)
    return cannotTell('The role grants nothing, or could not be read, so there is nothing to try.');
  const others = await otherGrants(attempt, who, namespace, grant.binding);
  if (!others.ok) return cannotTell(`What other bindings grant could not be read: ${inWords(others)}`);
  const wish = wishes.find((candidate) => !others.value.some(({ rules }) => allows(rules, candidate)));
  if (wish === undefined) {
    const bindings = others.value.filter(({ rules }) => wishes.some((each) => allows(rules, each)));
    return cannotTell(`Everything tried is also granted by ${bindings.map(({ binding }) => binding).join(', ')}.`);
  }

  const asked = wishInWords(wish, namespace);
  const review = { ...attributes(wish, namespace), user: who.user, groups: who.groups };
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec: review };
  const what = `${subject} may not ${asked}`;
  const answers = [
    verdict(
      what,
      'Access review',
      await settle(attempt, () => attempt.session.create(reviews.access, body, attempt.signal)),
    ),
  ];
  if (who.account !== undefined) answers.push(await withItsToken(attempt, who.account, what, wish, namespace));
  return answers;
}

async function withItsToken(
  attempt: KubernetesAttempt,
  account: { namespace: string; name: string },
  what: string,
  wish: Wish,
  namespace: string | undefined,
): Promise<ProbeResult> {
  const how = 'Asked with a fresh token of its own';
  const token = await freshToken(attempt, account.namespace, account.name);
  if (!token.ok) {
    return { what, result: 'cannot-tell', evidence: `No token of the account could be had: ${inWords(token)}` };
  }
  const answer = await settle(attempt, () => askWith(attempt, token.value, attributes(wish, namespace)));
  return verdict(what, how, answer);
}

function settle(attempt: KubernetesAttempt, ask: () => Promise<ApiResult<ApiObject>>) {
  return waitFor(ask, (answer) => !answer.ok || !isAllowed(answer.value), authorizerLag, attempt.signal);
}

function verdict(what: string, how: string, asked: { last: ApiResult<ApiObject>; seconds: number }): ProbeResult {
  if (!asked.last.ok) return { what, result: 'cannot-tell', evidence: `${how}: ${inWords(asked.last)}` };
  const review = asked.last.value;
  if (!isAllowed(review)) return { what, result: 'holds', evidence: `${how}: denied after ${asked.seconds} s.` };
  const reason = printable(reviewReason(review));
  return { what, result: 'fails', evidence: `${how}: still allowed after ${asked.seconds} s (${reason}).` };
}
