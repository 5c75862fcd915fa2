/**
 * Trying, as an identity, something that a denial should refuse, without changing anything: a dry run, or a connection to a pod that
 * does not exist (admission speaks before the pod is looked for).
 *
 * A service account tries with a fresh token of its own. Users and groups are impersonated, where our credential may.
 */
import type { deniedWrites, ProbeResult } from '@firebreak/contract';
import type { z } from 'zod';
import { textAt } from '../../../../intake/foreign.ts';
import type { ApiObject, ApiResult, KubernetesApi, ResourceRef } from '../../api.ts';
import { requesterOf } from '../../denial/policy.ts';
import { knownResources, refOf } from '../../resources.ts';
import { freshToken } from '../access/fresh-token.ts';
import { inWords } from '../exchange/failure.ts';
import type { KubernetesAttempt } from '../exchange/reading.ts';
import { refTo } from '../objects/built-in.ts';
import { nameOf } from '../objects/object-meta.ts';
import { expectRefusal } from './trial-pod.ts';

type DeniedWrites = z.infer<typeof deniedWrites>;
type Trial = (as: KubernetesApi) => Promise<ApiResult<unknown>>;

export async function tryWrites(
  attempt: KubernetesAttempt,
  of: DeniedWrites,
  what: string,
  policy: string,
): Promise<ProbeResult> {
  const cannot = (evidence: string): ProbeResult => ({ what, result: 'cannot-tell', evidence });
  const trial = await trialOf(attempt, of);
  if (trial === undefined) return cannot('There is no object of these kinds to try it on.');
  const session = await sessionOf(attempt, of.subject);
  if (!session.ok) return cannot(`No request can be made as this identity: ${inWords(session)}`);
  try {
    return await expectRefusal(attempt, what, policy, () => trial(session.value));
  } finally {
    await session.value.close();
  }
}

async function sessionOf(
  attempt: KubernetesAttempt,
  subject: DeniedWrites['subject'],
): Promise<ApiResult<KubernetesApi>> {
  if (subject.kind === 'ServiceAccount') {
    const token = await freshToken(attempt, subject.namespace ?? '', subject.name);
    return token.ok ? { ok: true, value: attempt.session.withToken(token.value) } : token;
  }
  const { user, group } = requesterOf(subject);
  // What goes into a header must be plain text.
  if (!/^[\x20-\x7e]+$/.test(`${user}${group}`))
    return { ok: false, failure: 'invalid', reason: 'The name cannot stand in a header.', sent: false };
  return {
    ok: true,
    value:
      user === ''
        ? attempt.session.impersonating('firebreak:member-of-the-group', group)
        : attempt.session.impersonating(user),
  };
}

/** The first of the denied resources that something can be tried on. */
async function trialOf(attempt: KubernetesAttempt, of: DeniedWrites): Promise<Trial | undefined> {
  const { signal } = attempt;
  // An account is most likely to have the right at home.
  const namespace = of.namespace ?? of.subject.namespace ?? 'default';
  for (const resource of of.resources) {
    if (of.group === '' && connections.has(resource)) {
      const [, subresource] = resource.split('/');
      const ref = { ...refTo('Pod', namespace, 'firebreak-trial'), subresource };
      return (as) => as.create(ref, {}, signal);
    }
    const target = await someObject(attempt, of.group, resource, of.namespace);
    if (target !== undefined) return (as) => as.patch(target, 'merge', {}, signal, { dryRun: true });
  }
  return undefined;
}

const connections: ReadonlySet<string> = new Set(['pods/exec', 'pods/attach', 'pods/portforward', 'pods/proxy']);

/** An object of the resource, to be patched with nothing. */
async function someObject(
  { session, signal }: KubernetesAttempt,
  group: string,
  resource: string,
  namespace: string | undefined,
): Promise<ResourceRef | undefined> {
  const [plural = ''] = resource.split('/');
  if (resource !== plural && !(plural === '*' && resource === '*/*')) return undefined;
  const wanted = plural === '*' ? { group: group === '*' ? '' : group, plural: 'configmaps' } : { group, plural };
  const known = knownResources.find((each) => each.group === wanted.group && each.plural === wanted.plural);
  if (known === undefined) return undefined;
  const found: ApiObject[] = [];
  for await (const page of session.list(refOf(known, namespace), { form: 'metadata', pageSize: 1 }, signal)) {
    if (page.ok) found.push(...page.value.items.slice(0, 1));
    break;
  }
  const [object] = found;
  return object === undefined ? undefined : refOf(known, textAt(object, 'metadata', 'namespace'), nameOf(object));
}
