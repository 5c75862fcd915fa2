import { defineAction, kubernetesId, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { array, at, textAt } from '../../../intake/foreign.ts';
import type { ApiObject, KubernetesApi } from '../api.ts';
import { putBackBy } from './delivery/put-back.ts';
import { objectChange } from './exchange/object-change.ts';
import { readObject } from './exchange/reading.ts';
import { impactOf } from './impact/legitimate-use.ts';
import { permission, refTo } from './objects/built-in.ts';
import { apiObject, objectName } from './objects/names.ts';
import { putFieldBack, sameField, setField } from './objects/one-field.ts';

const kinds = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'] as const;
const params = z.object({
  kind: z.enum(kinds),
  name: objectName,
  /** One webhook of the configuration; all of them when absent. */
  webhook: z.string().min(1).max(253).optional(),
});
type Params = z.infer<typeof params>;
const before = z.object({ object: apiObject.nullable() });

const id = ({ kind, name }: Params) => kubernetesId(kind, undefined, name);
const refOf = ({ kind, name }: Params) => refTo(kind, undefined, name);
const inWords = ({ kind, name, webhook }: Params) =>
  webhook === undefined ? `all webhooks of ${kind} ${name}` : `webhook ${webhook} of ${kind} ${name}`;

/**
 * Takes an admission webhook out of the way of every write, while the configuration stays: undo gives this very object its list back,
 * certificates and all. Whatever a validating webhook refused is let through meanwhile, and whatever a mutating one added is missing.
 */
export default defineAction<Params, z.infer<typeof before>, KubernetesApi>({
  id: 'kubernetes.remove-webhook',
  title: 'Remove admission webhook',
  stage: 'access',
  targetKinds: kinds,
  params,
  before,
  permissions: kinds.flatMap((kind) => [permission('get', kind), permission('patch', kind)]),
  target: (of) => ({ kind: of.kind, id: id(of), name: of.name }),
  describe: (of) =>
    `Take ${inWords(of)} away. ${
      of.kind === 'ValidatingWebhookConfiguration'
        ? 'What it refused is let through meanwhile: it guarded something.'
        : 'What it added to objects is missing from those that are written meanwhile.'
    }`,
  undoes: (of) =>
    `${of.kind} ${of.name} gets back exactly the webhooks that it had. Objects written meanwhile stay as they were written.`,
  // A guard is taken away from everybody, or pods start without what was injected into them.
  drastic: () => true,
  impact(of, estate) {
    const fact = estate.get('kubernetes.webhook-configuration', id(of));
    const taken = (fact?.data.webhooks ?? []).filter(({ name }) => of.webhook === undefined || name === of.webhook);
    const who = { kind: of.kind, id: id(of), name: of.name };
    return impactOf('remove-webhook', [
      ...taken.map(({ name, rules }) => {
        const resources = [...new Set(rules.flatMap((rule) => rule.resources))].slice(0, 5).join(', ');
        const effect = fact?.data.mutating === true ? 'is no longer added to' : 'is no longer checked on';
        return { who, what: `What ${name} does ${effect} ${resources || 'anything'}.`, weight: 2 };
      }),
      ...putBackBy(estate, fact?.data.metadata, id(of)),
    ]);
  },
  read: async (attempt, of) => ({ record: { object: await readObject(attempt, refOf(of)) } }),
  ...objectChange({
    object: id,
    ref: refOf,
    wanted: (now, of) => left(now, of).length === array(now.webhooks).length,
    forward: (object, of) => setField(object, ['webhooks'], left(object, of)),
    isBack: (now, object) => sameField(now, object, ['webhooks']),
    back: (now, object, of, force) =>
      // Ours is still what is there, or people asked to overwrite what came since.
      force || JSON.stringify(array(now.webhooks)) === JSON.stringify(left(object, of))
        ? putFieldBack(now, object, ['webhooks'])
        : undefined,
    goneIsWanted: true,
  }),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const now = await readObject(attempt, refOf(of));
    const there = now === null ? [] : array(now.webhooks);
    const gone = now === null || left(now, of).length === there.length;
    const evidence =
      now === null
        ? 'The configuration does not exist any more.'
        : `It has ${there.length} webhooks: ${
            there
              .map((each) => textAt(each, 'name') ?? '')
              .slice(0, 10)
              .join(', ') || 'none'
          }.`;
    return [{ what: `The API server does not ask ${inWords(of)}`, result: gone ? 'holds' : 'fails', evidence }];
  },
});

/** The webhooks that are left without those that the step is about. */
function left(configuration: ApiObject, { webhook }: Params): readonly unknown[] {
  return webhook === undefined ? [] : array(configuration.webhooks).filter((each) => at(each, 'name') !== webhook);
}
