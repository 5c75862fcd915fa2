/** The ValidatingWebhookConfiguration for the admission webhook: closed when it does not answer, and not in its own way. */

export interface WebhookAddress {
  readonly namespace: string;
  readonly service: string;
  /** Instead of the service, for a webhook outside of the cluster. */
  readonly url?: string;
  /** The authority of its certificate, PEM. */
  readonly ca: string;
  /** Namespaces beside its own that it is not asked about. */
  readonly except: readonly string[];
}

const seconds = 10;
const rules = [
  { apiGroups: [''], apiVersions: ['v1'], resources: ['pods', 'pods/ephemeralcontainers', 'replicationcontrollers'] },
  { apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments', 'statefulsets', 'daemonsets', 'replicasets'] },
  { apiGroups: ['batch'], apiVersions: ['v1'], resources: ['jobs', 'cronjobs'] },
  { apiGroups: ['serving.kserve.io'], apiVersions: ['v1beta1'], resources: ['inferenceservices'] },
  { apiGroups: ['serving.kserve.io'], apiVersions: ['v1alpha1', 'v1alpha2'], resources: ['llminferenceservices'] },
];

/** The webhook needs no right in the cluster: it reads what it is asked about, and nothing else. */
export function webhookConfiguration({ namespace, service, url, ca, except }: WebhookAddress): object {
  const caBundle = Buffer.from(ca).toString('base64');
  const path = '/admission';
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'firebreak-promotion-gate' },
    webhooks: [
      {
        name: 'promotion-gate.firebreak.dev',
        admissionReviewVersions: ['v1'],
        sideEffects: 'NoneOnDryRun',
        failurePolicy: 'Fail',
        matchPolicy: 'Equivalent',
        timeoutSeconds: seconds,
        clientConfig: {
          caBundle,
          ...(url === undefined
            ? { service: { namespace, name: service, path, port: 443 } }
            : { url: `${url}${path}` }),
        },
        // Were it asked about its own pods, it could not come back after it went away.
        namespaceSelector: {
          matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: [namespace, ...except] }],
        },
        rules: rules.map((rule) => ({ ...rule, operations: ['CREATE', 'UPDATE'], scope: 'Namespaced' })),
      },
    ],
  };
}
