/**
 * Vector and feature stores: what they hold, who may read and write it, and whether anybody may. The same few words for all of
 * them; where a system's own word differs, it is in the comment of the reader. What must stay true:
 *
 * - a store is named by its address where it has one (`storeName`), because that is what its users write down;
 * - no key and no password: that there is one, and whether it stands in a file;
 * - what a configuration leaves open is `unknown`, unless the software's documented default decides it.
 */
import { z } from 'zod';
import { line, list, maybe } from './lenient.ts';

export const storeSoftware = ['qdrant', 'weaviate', 'milvus', 'chroma', 'pgvector', 'feast'] as const;
export type StoreSoftware = (typeof storeSoftware)[number];

const id = z.string().min(1).max(2048);

export const storeStore = z.object({
  name: line(),
  software: z.enum(storeSoftware),
  address: maybe(line(2048)),
  version: maybe(line(128)),
  /** What somebody without any credential may do. */
  anonymous: z.enum(['nothing', 'read', 'write', 'unknown']),
  /** `api-key`, `oidc`, `rbac`, `password`, … */
  authentication: list(line(64)),
  tls: maybe(z.boolean()),
  /** Names of the keys that are written into the configuration. */
  keysInFile: list(line(256)),
  /** Where it keeps what it holds, as addresses: a feature store's online and offline stores and its registry. */
  backends: list(line(2048)),
  /** Address of the repository that holds its definition. */
  repository: maybe(line(2048)),
});

export const storeCollection = z.object({
  store: id,
  /** With the schema before it where there is one: `public.items`. */
  name: line(),
  /** What it keeps: vectors of so many dimensions, or features. */
  content: z.enum(['vectors', 'features']),
  dimensions: maybe(z.number().int().nonnegative()),
  entries: maybe(z.number().nonnegative()),
  owner: maybe(line(256)),
  /** Where its content comes from, as addresses. */
  sources: list(line(2048)),
  tags: z.record(line(256), line(512)),
});

export const storeRole = z.object({
  store: id,
  name: line(256),
  canLogIn: maybe(z.boolean()),
  /** May do everything in the store. */
  admin: z.boolean(),
  /** Roles whose rights it has. */
  memberOf: list(line(256)),
  expires: maybe(line(40)),
});

export const storeGrant = z.object({
  store: id,
  role: line(256),
  /** A collection by name; all of the store when absent. */
  collection: maybe(line()),
  mode: z.enum(['read', 'write']),
});

export const storeFactSchemas = {
  'store.store': storeStore,
  'store.collection': storeCollection,
  'store.role': storeRole,
  'store.grant': storeGrant,
} as const;
export type StoreFactKind = keyof typeof storeFactSchemas;

const ports: Readonly<Record<string, string>> = {
  'postgres:': '5432',
  'postgresql:': '5432',
  'http:': '',
  'https:': '',
};

/**
 * `<host>[:<port>]`, for databases with the name of the database, from an address; in-cluster names brought to
 * `<service>.<namespace>.svc`. Undefined for what is no address with a host.
 */
export function storeName(address: string): string | undefined {
  if (address.length > 2048 || !URL.canParse(address)) return undefined;
  const { protocol, hostname, port, pathname } = new URL(address);
  if (hostname === '') return undefined;
  const host = hostname
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^([a-z0-9-]+\.[a-z0-9-]+\.svc)\.cluster\.local$/, '$1');
  const at = port === '' ? (ports[protocol] ?? '') : port;
  const database = protocol.startsWith('postgres') ? (pathname.split('/')[1] ?? '') : '';
  return `${host}${at === '' ? '' : `:${at}`}${database === '' ? '' : `/${database}`}`;
}
