/**
 * Which of our actions the session's own credential may not carry out. One SelfSubjectRulesReview tells what it may do everywhere: asked
 * about a namespace that does not exist, it lists what is granted for the whole cluster and nothing else. Only where that is not enough
 * are the namespaces asked one by one.
 *
 * What must stay true: an action is called lacking only when the server is sure. Where it does not answer, or says that its answer is not
 * complete (a webhook decides, say), nothing is said; a step is then refused at its time, as it would be without this.
 */
import type { AnyAction, MissingRight } from '@firebreak/contract';
import { array, at, field, text, textAt } from '../../intake/foreign.ts';
import type { KubernetesApi, ResourceRef } from './api.ts';
import { knownResources } from './resources.ts';

const nowhere = 'firebreak-asks-about-the-whole-cluster';
/** Namespaces that are asked one by one; where there are more, nothing is said about the rest. */
const most = 50;
const atATime = 4;

const rulesReview: ResourceRef = { group: 'authorization.k8s.io', version: 'v1', plural: 'selfsubjectrulesreviews' };

interface Need {
  readonly permission: string;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  /** The kind of the object, where it is one that we know. */
  readonly kind: string | undefined;
  readonly namespaced: boolean;
}

/** Whether rules allow a need for any name. */
type Rules = (need: Need) => boolean;

export async function lacks(
  session: KubernetesApi,
  actions: readonly AnyAction[],
  signal: AbortSignal,
): Promise<readonly MissingRight[]> {
  const everywhere = await rulesIn(session, nowhere, signal);
  if (everywhere === undefined) return [];
  const short = actions.flatMap((action) => {
    const missing = needsOf(action).filter((need) => !everywhere(need));
    return missing.length === 0 ? [] : [{ action, missing }];
  });
  if (short.length === 0) return [];
  const local = await localRules(session, signal);
  if (local === undefined) return [];
  return short.map(({ action, missing }) => ({
    action: action.id,
    rights: missing.map(({ permission }) => permission),
    except: (params) => {
      const namespace = textAt(params, 'namespace');
      const here = namespace === undefined ? undefined : local.rules.get(namespace);
      if (namespace !== undefined && here === undefined && !local.complete) return true;
      return missing
        .filter((need) => isAbout(need, action, params))
        .every((need) => need.namespaced && here?.(need) === true);
    },
  }));
}

/** An action on several kinds needs for one object only what is about its kind. */
function isAbout(need: Need, action: AnyAction, params: unknown): boolean {
  const kind = textAt(params, 'kind') ?? textAt(params, 'bindingKind');
  if (kind === undefined || need.kind === undefined || need.kind === kind) return true;
  return !action.targetKinds.some((each) => each === need.kind || each === `${need.kind}.${need.group}`);
}

function needsOf(action: AnyAction): readonly Need[] {
  return action.permissions.flatMap((permission): Need[] => {
    const [, verb = '', named = '', resource = ''] = /^(\S+) ([^/\s]+)\/(\S+)$/.exec(permission) ?? [];
    const group = named === 'core' ? '' : named;
    // Not needed by who holds what is bound, which only the write itself shows.
    if (verb === 'bind' || verb === 'escalate') return [];
    const [plural = ''] = resource.split('/');
    const known = knownResources.find((each) => each.group === group && each.plural === plural);
    return [{ permission, verb, group, resource, kind: known?.kind, namespaced: known?.namespaced ?? true }];
  });
}

interface Local {
  readonly rules: ReadonlyMap<string, Rules>;
  /** Every namespace that there is was asked about. */
  readonly complete: boolean;
}

async function localRules(session: KubernetesApi, signal: AbortSignal): Promise<Local | undefined> {
  const { names, complete } = await namespacesOf(session, signal);
  const rules = new Map<string, Rules>();
  for (let start = 0; start < names.length; start += atATime) {
    const asked = names.slice(start, start + atATime);
    const told = await Promise.all(asked.map((name) => rulesIn(session, name, signal)));
    for (const [index, each] of told.entries()) {
      const name = asked[index];
      if (each === undefined || name === undefined) return undefined;
      rules.set(name, each);
    }
  }
  return { rules, complete };
}

async function namespacesOf(
  session: KubernetesApi,
  signal: AbortSignal,
): Promise<{ readonly names: readonly string[]; readonly complete: boolean }> {
  const names = new Set(session.namespace === undefined ? [] : [session.namespace]);
  const ref = { group: '', version: 'v1', plural: 'namespaces' };
  let listed = true;
  for await (const page of session.list(ref, { form: 'metadata' }, signal)) {
    if (!page.ok) {
      listed = false;
      break;
    }
    for (const item of page.value.items) names.add(textAt(item, 'metadata', 'name') ?? '');
    if (names.size > most) break;
  }
  names.delete('');
  return { names: [...names].slice(0, most), complete: listed && names.size <= most };
}

/** Undefined when the server does not tell all. A right that is limited to some names counts: it may be for the right ones. */
async function rulesIn(session: KubernetesApi, namespace: string, signal: AbortSignal): Promise<Rules | undefined> {
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } };
  const answer = await session.create(rulesReview, body, signal);
  if (!answer.ok || at(answer.value, 'status', 'incomplete') === true) return undefined;
  const rules = array(at(answer.value, 'status', 'resourceRules'));
  const names = (rule: unknown, list: string, ...wanted: readonly string[]): boolean =>
    array(field(rule, list)).some((entry) => text(entry) === '*' || wanted.includes(text(entry) ?? ''));
  return ({ verb, group, resource }) =>
    rules.some((rule) => {
      const [, subresource] = resource.split('/');
      const alike = subresource === undefined ? [resource] : [resource, `*/${subresource}`];
      return names(rule, 'verbs', verb) && names(rule, 'apiGroups', group) && names(rule, 'resources', ...alike);
    });
}
