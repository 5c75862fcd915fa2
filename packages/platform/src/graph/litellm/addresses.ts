/** Services of the cluster by the addresses that a model of a proxy may have: `<service>.<namespace>.svc` with the port. */
import type { Estate } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { type EndpointView, endpointsOf } from '../kubernetes/endpoints.ts';
import { append } from '../kubernetes/pods.ts';

/** In the form of `serverName`, without a path. A port that is one of the scheme's own may be left out. */
export const endpointsByAddress: (estate: Estate) => ReadonlyMap<string, readonly EndpointView[]> = perEstate(
  (estate) => {
    const by = new Map<string, EndpointView[]>();
    for (const endpoint of endpointsOf(estate)) {
      if (!endpoint.id.includes('/service/')) continue;
      const host = `${endpoint.name}.${endpoint.namespace}.svc`;
      append(by, `${host}:${endpoint.port}`, endpoint);
      if (endpoint.port === 80 || endpoint.port === 443) append(by, host, endpoint);
    }
    return by;
  },
);
