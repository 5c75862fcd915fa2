/**
 * Audit events of an API server (`audit.k8s.io/v1`, as its log backend writes them, one JSON object a line), gathered into a
 * record of use. Only what was allowed counts: an attempt that was refused needs no right. Whoever impersonates used
 * the right to impersonate; what is then done is done by whom they impersonate.
 */
import { kubernetesId, kubernetesUserId, type NodeId, serviceAccountOf } from '@firebreak/contract';
import { z } from 'zod';
import type { RecordOfUse, Use } from './use.ts';

const user = z.object({ username: z.string().max(1024), groups: z.array(z.string().max(1024)).max(1000).optional() });
const event = z.object({
  kind: z.literal('Event'),
  apiVersion: z.string().startsWith('audit.k8s.io/'),
  stage: z.string().optional(),
  verb: z.string().max(64),
  user,
  impersonatedUser: user.optional(),
  requestReceivedTimestamp: z.string().max(64).optional(),
  stageTimestamp: z.string().max(64).optional(),
  objectRef: z
    .object({
      resource: z.string().max(256).optional(),
      subresource: z.string().max(256).optional(),
      namespace: z.string().max(256).optional(),
      name: z.string().max(1024).optional(),
      apiGroup: z.string().max(256).optional(),
    })
    .optional(),
  responseStatus: z.object({ code: z.number().optional() }).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
type Event = z.infer<typeof event>;

/** Distinct things done that are kept; a cluster of ten thousand identities does fewer. */
const maxUses = 2_000_000;

/** Gathers events one by one, in memory that grows with distinct uses and not with events. */
export class AuditRecord {
  readonly #source: string;
  readonly #uses = new Map<NodeId, Map<string, Use>>();
  #kept = 0;
  #events = 0;
  #skipped = 0;
  #full = false;
  #from: string | undefined;
  #to: string | undefined;

  constructor(source: string) {
    this.#source = source;
  }

  /** @param value one parsed line */
  add(value: unknown): void {
    const parsed = event.safeParse(value);
    if (!parsed.success) {
      this.#skipped += 1;
      return;
    }
    if (parsed.data.stage === 'RequestReceived' || !wasAllowed(parsed.data)) return;
    const at = momentOf(parsed.data);
    if (at === undefined) {
      this.#skipped += 1;
      return;
    }
    this.#events += 1;
    if (this.#from === undefined || at < this.#from) this.#from = at;
    if (this.#to === undefined || at > this.#to) this.#to = at;
    for (const [identity, use] of usesOf(parsed.data, at)) this.#keep(identity, use);
  }

  /** Lines that were no events. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Whether more was done than could be kept: then what seems unused may have been used. */
  get full(): boolean {
    return this.#full;
  }

  finish(): RecordOfUse {
    return {
      source: this.#source,
      ...(this.#from === undefined ? {} : { from: this.#from }),
      ...(this.#to === undefined ? {} : { to: this.#to }),
      events: this.#events,
      byIdentity: new Map([...this.#uses].map(([identity, uses]) => [identity, [...uses.values()]])),
    };
  }

  #keep(identity: NodeId, use: Use): void {
    let known = this.#uses.get(identity);
    if (known === undefined) {
      known = new Map();
      this.#uses.set(identity, known);
    }
    const key = [use.verb, use.group, use.resource, use.namespace ?? '', use.name ?? ''].join('\n');
    const before = known.get(key);
    if (before === undefined) {
      if (this.#kept === maxUses) {
        this.#full = true;
        return;
      }
      this.#kept += 1;
    }
    if (before === undefined || before.at < use.at) known.set(key, use);
  }
}

function wasAllowed({ annotations, responseStatus }: Event): boolean {
  const decision = annotations?.['authorization.k8s.io/decision'];
  if (decision !== undefined) return decision === 'allow';
  return responseStatus?.code !== 401 && responseStatus?.code !== 403;
}

/** Always as UTC with milliseconds, so that texts compare as times do. */
function momentOf({ requestReceivedTimestamp, stageTimestamp }: Event): string | undefined {
  const time = new Date(requestReceivedTimestamp ?? stageTimestamp ?? '');
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

function* usesOf(
  { verb, user: who, impersonatedUser, objectRef }: Event,
  at: string,
): Generator<readonly [NodeId, Use]> {
  if (impersonatedUser !== undefined) {
    for (const identity of identitiesOf(who)) yield [identity, impersonation(impersonatedUser.username, at)];
  }
  if (objectRef?.resource === undefined) return;
  const { resource, subresource, namespace, name, apiGroup } = objectRef;
  const use: Use = {
    verb,
    group: apiGroup ?? '',
    resource: subresource === undefined || subresource === '' ? resource : `${resource}/${subresource}`,
    ...(namespace === undefined || namespace === '' ? {} : { namespace }),
    ...(name === undefined || name === '' ? {} : { name }),
    at,
  };
  for (const identity of identitiesOf(impersonatedUser ?? who)) yield [identity, use];
}

function impersonation(username: string, at: string): Use {
  const account = serviceAccountOf(username);
  return account === undefined
    ? { verb: 'impersonate', group: '', resource: 'users', name: username, at }
    : { verb: 'impersonate', group: '', resource: 'serviceaccounts', ...account, at };
}

/** The user and its groups: a grant to a group is used by whoever is in it. */
function identitiesOf({ username, groups = [] }: z.infer<typeof user>): NodeId[] {
  return [kubernetesUserId(username), ...groups.map((group) => kubernetesId('Group', undefined, group))];
}
