/**
 * The addresses by which a pod may mean a server: what it writes, and what the cluster's resolver makes of a short name. A pod
 * says `http://mlflow:5000` where others say `http://mlflow.ml.svc.cluster.local:5000`; both are the service `mlflow` of
 * namespace `ml`, and no other server can be meant.
 */
import { serverName } from '@firebreak/contract';

/** In the form of `serverName`, without a path. */
export function serverAddresses(origin: string, namespace: string): readonly string[] {
  const name = serverName(origin);
  if (name === undefined) return [];
  const [host = '', port] = withoutPath(name).split(/:(?=\d+$)/);
  const suffix = port === undefined ? '' : `:${port}`;
  const labels = host.split('.');
  if (host === 'localhost' || labels.some((label) => !/^[a-z0-9-]+$/.test(label))) return [];
  if (labels.length === 1) return [`${host}.${namespace}.svc${suffix}`];
  // Two labels are a service with its namespace, or a domain of the world: both are what they say.
  return labels.length === 2 ? [`${host}${suffix}`, `${host}.svc${suffix}`] : [`${host}${suffix}`];
}

/** The host and port of a server, which is what others write. */
export function withoutPath(server: string): string {
  const slash = server.indexOf('/');
  return slash < 0 ? server : server.slice(0, slash);
}
