import { at, textAt } from '../../../../intake/foreign.ts';
import { present } from '../objects/object-meta.ts';
import type { Channel } from './channel.ts';

function automates(application: unknown): boolean {
  const automated = present(application, 'spec', 'syncPolicy', 'automated');
  return automated !== undefined && at(automated, 'enabled') !== false;
}

/**
 * Argo CD. An Application synchronises by itself only while `spec.syncPolicy.automated` is there and does not say
 * `enabled: false`. A sync that was already asked for is an `operation` and runs to its end.
 */
export const argoApplication: Channel = {
  group: 'argoproj.io',
  kinds: ['Application'],
  fields: [{ path: ['spec', 'syncPolicy', 'automated'], value: undefined }],
  suspended: (object) => !automates(object),
  remark:
    'Somebody with access to Argo CD can still synchronise by hand; a synchronisation that is running ends by itself.',
  underWay: (object) => {
    if (present(object, 'operation') !== undefined) return 'A synchronisation is requested or running.';
    const phase = textAt(object, 'status', 'operationState', 'phase');
    return phase === 'Running' || phase === 'Terminating' ? `The last operation is ${phase}.` : undefined;
  },
};

/**
 * An ApplicationSet writes its template over the Applications that it made, and with it their automation. It has no switch
 * for "off", so two fields are set: `create-only` makes it leave existing Applications alone (argo-cd
 * docs/operator-manual/applicationset/Controlling-Resource-Modification.md), and the template loses its automation, for
 * Applications that are created later and for controllers that are started without `--enable-policy-override` and so
 * do not look at the first.
 */
export const argoApplicationSet: Channel = {
  group: 'argoproj.io',
  kinds: ['ApplicationSet'],
  fields: [
    { path: ['spec', 'syncPolicy', 'applicationsSync'], value: 'create-only' },
    { path: ['spec', 'template', 'spec', 'syncPolicy', 'automated'], value: undefined },
  ],
  suspended: (object) =>
    !automates(at(object, 'spec', 'template')) &&
    ['create-only', 'create-delete'].includes(textAt(object, 'spec', 'syncPolicy', 'applicationsSync') ?? ''),
  remark:
    'It still creates Applications that are new, without automation unless a generator or templatePatch adds it; those that exist keep theirs until they are suspended themselves.',
  underWay: () => undefined,
};
