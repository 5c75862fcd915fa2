/** Ingress: the services that it publishes, from rules and default backend, in today's and the v1beta1 form. */

import { array, at, field, textAt } from '../../../intake/foreign.ts';
import type { ApiObject } from '../api.ts';

interface Backend {
  readonly service: string;
  readonly port: unknown;
  readonly host: string | undefined;
  readonly path: string | undefined;
}

export function ingressData(object: ApiObject): Record<string, unknown> {
  const rules = array(at(object, 'spec', 'rules')).flatMap((rule) =>
    array(at(rule, 'http', 'paths')).flatMap((entry) =>
      backend(field(entry, 'backend'), textAt(rule, 'host'), textAt(entry, 'path')),
    ),
  );
  const fallback = at(object, 'spec', 'defaultBackend') ?? at(object, 'spec', 'backend');
  return { metadata: object.metadata, spec: { backends: [...rules, ...backend(fallback, undefined, undefined)] } };
}

/** A backend that is no service (`resource:`) publishes nothing that we follow. */
function backend(value: unknown, host: string | undefined, path: string | undefined): readonly Backend[] {
  const service = textAt(value, 'service', 'name') ?? textAt(value, 'serviceName');
  if (service === undefined) return [];
  const port =
    at(value, 'service', 'port', 'number') ?? at(value, 'service', 'port', 'name') ?? at(value, 'servicePort');
  return [{ service, port, host, path }];
}
