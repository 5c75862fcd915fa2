import { kubernetesId, type NodeId } from '@firebreak/contract';
import { array, at, textAt } from '../../../../intake/foreign.ts';

/**
 * Who puts an object back when it is changed. Delivery systems mark what they own; an object with such a mark returns to
 * what the repository says at the next synchronisation, and so does an Application or Kustomization that another one
 * delivers (app of apps). The planner suspends the parents first.
 */
export interface DeliveryParent {
  readonly system: 'argocd' | 'flux';
  /** `Application`, `ApplicationSet`, `Kustomization` or `HelmRelease`. */
  readonly kind: string;
  readonly group: string;
  /** Undefined when the mark does not say it: Argo CD's own namespace then. */
  readonly namespace: string | undefined;
  readonly name: string;
  /** The annotation, label or owner reference that says so. */
  readonly mark: string;
  /** False for `app.kubernetes.io/instance`, which Argo CD may use, and Helm charts use for themselves. */
  readonly certain: boolean;
}

/** What the marks are read from: the `metadata` of an object or of a fact. */
export interface Marked {
  readonly labels?: unknown;
  readonly annotations?: unknown;
  readonly ownerReferences?: unknown;
}

/** The nearest delivery object that manages the object with this metadata, or undefined when no mark says so. */
export function deliveryParent(metadata: Marked): DeliveryParent | undefined {
  for (const mark of marks) {
    const parent = mark(metadata);
    if (parent !== undefined) return parent;
  }
  return undefined;
}

/** The node id of the parent, as the facts name it. Argo CD's namespace is `argocd` where the mark does not say it. */
export function deliveryParentId(parent: DeliveryParent): NodeId {
  return kubernetesId(`${parent.kind}.${parent.group}`, parent.namespace ?? 'argocd', parent.name);
}

const argo = 'argoproj.io';

type Mark = (metadata: Marked) => DeliveryParent | undefined;

/** Surest first: who owns, then who tracks, then who might. */
const marks: readonly Mark[] = [
  ({ ownerReferences }) => {
    const owner = array(ownerReferences).find((reference) => at(reference, 'kind') === 'ApplicationSet');
    const name = textAt(owner, 'name');
    if (name === undefined) return undefined;
    const kind = 'ApplicationSet';
    return { system: 'argocd', kind, group: argo, namespace: undefined, name, mark: 'ownerReferences', certain: true };
  },
  ({ annotations }) => {
    // `<application>:<group>/<kind>:<namespace>/<name>`; `<namespace>_<application>` outside Argo CD's own namespace.
    const mark = 'argocd.argoproj.io/tracking-id';
    const application = textAt(annotations, mark)?.split(':')[0];
    if (application === undefined || application === '') return undefined;
    const underscore = application.indexOf('_');
    const namespace = underscore === -1 ? undefined : application.slice(0, underscore);
    const name = application.slice(underscore + 1);
    return { system: 'argocd', kind: 'Application', group: argo, namespace, name, mark, certain: true };
  },
  fluxMark('Kustomization', 'kustomize.toolkit.fluxcd.io'),
  fluxMark('HelmRelease', 'helm.toolkit.fluxcd.io'),
  ({ labels }) => {
    const mark = 'argocd.argoproj.io/instance';
    const name = textAt(labels, mark);
    if (name === undefined) return undefined;
    return { system: 'argocd', kind: 'Application', group: argo, namespace: undefined, name, mark, certain: true };
  },
  ({ labels }) => {
    const mark = 'app.kubernetes.io/instance';
    const name = textAt(labels, mark);
    if (name === undefined || textAt(labels, 'app.kubernetes.io/managed-by') === 'Helm') return undefined;
    return { system: 'argocd', kind: 'Application', group: argo, namespace: undefined, name, mark, certain: false };
  },
];

function fluxMark(kind: string, group: string): Mark {
  return ({ labels }) => {
    const name = textAt(labels, `${group}/name`);
    if (name === undefined) return undefined;
    const namespace = textAt(labels, `${group}/namespace`);
    return { system: 'flux', kind, group, namespace, name, mark: `${group}/name`, certain: true };
  };
}
