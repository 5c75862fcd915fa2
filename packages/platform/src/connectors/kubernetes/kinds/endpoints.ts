/** Endpoints and EndpointSlices in one form: which pods stand behind which service. */

import { array, field, record, textAt } from '../../../intake/foreign.ts';
import type { ApiObject } from '../api.ts';

export function endpointSliceData(object: ApiObject): Record<string, unknown> {
  return {
    metadata: object.metadata,
    serviceName: textAt(object, 'metadata', 'labels', 'kubernetes.io/service-name'),
    endpoints: object.endpoints,
    ports: object.ports,
  };
}

/** Endpoints name their service by their own name and group addresses that share ports; not-ready addresses count too. */
export function endpointsData(object: ApiObject): Record<string, unknown> {
  const subsets = array(object.subsets);
  const endpoints = subsets.flatMap((subset) =>
    [...array(field(subset, 'addresses')), ...array(field(subset, 'notReadyAddresses'))].map((address) => ({
      addresses: [field(address, 'ip')],
      targetRef: record(field(address, 'targetRef')),
    })),
  );
  const ports = subsets.flatMap((subset) => array(field(subset, 'ports')));
  return { metadata: object.metadata, serviceName: textAt(object, 'metadata', 'name'), endpoints, ports };
}
