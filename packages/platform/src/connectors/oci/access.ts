/**
 * Who may pull and push, as far as a registry tells without a write. An upload that is only begun is a write too, so where
 * there is no token service to ask, pushing stays unknown, and that is a gap.
 */
import type { Collected } from '@firebreak/contract';
import { gap } from '../../intake/gap.ts';
import { factMaker } from '../../intake/parse-fact.ts';
import type { Place } from './describe.ts';
import type { Registry } from './registry.ts';

const make = factMaker('oci');

/** How a registry meets whoever comes. */
export interface Mode {
  readonly authentication: string;
  /** It takes nothing from anybody at the moment. */
  readonly readOnly: boolean;
}
const shut = 'It is read-only: it has no method for an upload.';

/** What holds for every repository, whatever it is called. */
export function* accessToAll(
  registry: Registry,
  authentication: string,
  { readOnly, accepted }: { readonly readOnly: boolean; readonly accepted: boolean },
): Generator<Collected> {
  const { registry: name, base } = registry.target;
  if (readOnly) {
    const user = authentication === 'none' ? undefined : registry.user;
    const isOpen = authentication === 'none' || (authentication === 'basic' && user !== undefined && accepted);
    if (isOpen) yield access(name, undefined, user, { pull: 'yes', push: 'no', because: shut }, base);
    return;
  }
  if (authentication === 'none') {
    const because = 'The registry asks nobody who they are; whether it is read-only cannot be told without a write.';
    yield access(name, undefined, undefined, { pull: 'yes', push: 'unknown', because }, base);
  }
  if (authentication === 'basic') {
    if (registry.user !== undefined && accepted) {
      const because = 'It knows users by name and password; a distribution registry lets each of them push.';
      yield access(name, undefined, registry.user, { pull: 'yes', push: 'unknown', because }, base);
    }
  }
  if (authentication !== 'token') {
    const reason = 'The registry does not tell who may push without something being pushed, and nothing is.';
    yield { gap: gap('FB-ACCESS-UNTOLD', ['oci.access'], base, reason) };
  }
}

function access(
  registry: string,
  repository: string | undefined,
  user: string | undefined,
  may: { readonly pull: string; readonly push: string; readonly because: string },
  locator: string,
): Collected {
  const who = user === undefined ? 'anonymous' : `user/${user}`;
  const id = `oci:Access/${registry}/${repository ?? '*'}/${who}`;
  return make('oci.access', id, { registry, repository, user, ...may }, locator);
}

export async function* accessToRepository(
  registry: Registry,
  { registry: host, repository, at }: Place,
  { authentication, readOnly }: Mode,
  signal: AbortSignal,
): AsyncGenerator<Collected> {
  if (authentication === 'none') return;
  const path = `/v2/${repository}/tags/list`;
  const probe = await registry.getAsAnybody({ path, query: { n: 1 } }, `repository:${repository}:pull`, signal);
  const pull = probe.ok ? 'yes' : ['unauthorized', 'forbidden', 'not-found'].includes(probe.failure) ? 'no' : 'unknown';
  if (authentication !== 'token') {
    const because = readOnly ? shut : probe.ok ? 'Its tags were listed without a credential.' : probe.reason;
    const push = readOnly || pull === 'no' ? 'no' : 'unknown';
    yield access(host, repository, undefined, { pull, push, because }, at);
    return;
  }
  for (const as of ['anybody', 'us'] as const) {
    const user = as === 'us' ? registry.user : undefined;
    if (as === 'us' && user === undefined) continue;
    const grants = await registry.grantsOf(as, repository, signal);
    if (grants === undefined && !readOnly) {
      const reason = 'The tokens of this registry do not say whether they allow to push.';
      yield { gap: gap('FB-ACCESS-UNTOLD', ['oci.access'], at, reason) };
    }
    const may = (action: string) =>
      grants === undefined ? 'unknown' : grants.includes(action) || grants.includes('*') ? 'yes' : 'no';
    const because = readOnly
      ? shut
      : grants === undefined
        ? 'Its tokens do not say.'
        : `Its token service grants ${grants.join(' and ') || 'nothing'}.`;
    yield access(
      host,
      repository,
      user,
      { pull: as === 'us' ? 'yes' : pull, push: readOnly ? 'no' : may('push'), because },
      at,
    );
  }
}
