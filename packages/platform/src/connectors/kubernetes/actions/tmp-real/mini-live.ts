import { readFileSync } from 'node:fs';
import { Agent, fetch } from 'undici';
import { parse } from 'yaml';
import type { ApiFailure, ApiResult, KubernetesApi } from '../../api.ts';
import { pathOf } from '../../resources.ts';

export function miniLive(file: string): KubernetesApi {
  const config = parse(readFileSync(file, 'utf8'));
  const cluster = config.clusters[0].cluster;
  const user = config.users[0].user;
  const b = (s: string) => Buffer.from(s, 'base64').toString();
  const ca = b(cluster['certificate-authority-data']);
  const admin = new Agent({
    connect: { ca, cert: b(user['client-certificate-data']), key: b(user['client-key-data']) },
  });
  const plain = new Agent({ connect: { ca } });
  const make = (token?: string): KubernetesApi => {
    const call = async (
      method: string,
      path: string,
      body?: unknown,
      type = 'application/json',
      accept = 'application/json',
    ): Promise<ApiResult<any>> => {
      const res = await fetch(cluster.server + path, {
        method,
        dispatcher: token === undefined ? admin : plain,
        headers: { accept, 'content-type': type, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const json: any = await res.json();
      if (res.ok) return { ok: true, value: json };
      const failure: Record<number, ApiFailure> = {
        404: 'not-found',
        409: 'conflict',
        403: 'forbidden',
        401: 'unauthorized',
        400: 'invalid',
        422: 'invalid',
        429: 'throttled',
        504: 'timeout',
      };
      return {
        ok: false,
        failure: failure[res.status] ?? 'server-error',
        status: res.status,
        reason: json.message ?? '',
        sent: true,
      };
    };
    return {
      address: cluster.server,
      async discover() {
        const resources: any[] = [];
        const groups = await call('GET', '/apis');
        if (!groups.ok) return groups;
        const all = [
          ['', 'v1', '/api/v1'],
          ...groups.value.groups.map((g: any) => [
            g.name,
            g.preferredVersion.version,
            `/apis/${g.preferredVersion.groupVersion}`,
          ]),
        ];
        for (const [group, version, path] of all) {
          const list = await call('GET', path);
          if (list.ok)
            for (const r of list.value.resources)
              if (!r.name.includes('/'))
                resources.push({
                  group,
                  version,
                  plural: r.name,
                  kind: r.kind,
                  namespaced: r.namespaced,
                  verbs: r.verbs,
                });
        }
        return { ok: true, value: { resources, unreadable: [] } };
      },
      async *list(ref, options) {
        const accept =
          options.form === 'table'
            ? 'application/json;as=Table;g=meta.k8s.io;v=v1'
            : options.form === 'metadata'
              ? 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1'
              : 'application/json';
        const r = await call(
          'GET',
          pathOf(ref) + (options.labelSelector ? `?labelSelector=${encodeURIComponent(options.labelSelector)}` : ''),
          undefined,
          'application/json',
          accept,
        );
        if (!r.ok) {
          yield r;
          return;
        }
        if (options.form === 'table')
          yield {
            ok: true,
            value: {
              items: (r.value.rows ?? []).map((row: any) => row.object),
              resourceVersion: '',
              columns: r.value.columnDefinitions.map((c: any) => c.name),
              cells: (r.value.rows ?? []).map((row: any) => row.cells),
            },
          };
        else yield { ok: true, value: { items: r.value.items ?? [], resourceVersion: '' } };
      },
      async *watch() {},
      get: (ref) => call('GET', pathOf(ref)),
      create: (ref, body) => call('POST', pathOf(ref), body),
      patch: (ref, type, body) =>
        call(
          'PATCH',
          pathOf(ref),
          body,
          type === 'merge' ? 'application/merge-patch+json' : 'application/json-patch+json',
        ),
      replace: (ref, body) => call('PUT', pathOf(ref), body),
      delete: (ref, o) =>
        call('DELETE', pathOf(ref), {
          kind: 'DeleteOptions',
          apiVersion: 'v1',
          ...(o.uid ? { preconditions: { uid: o.uid } } : {}),
          ...(o.gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds: o.gracePeriodSeconds }),
          ...(o.propagation ? { propagationPolicy: o.propagation } : {}),
        }),
      withToken: (t) => make(t),
      close: async () => {},
    };
  };
  return make();
}
