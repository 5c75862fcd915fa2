/**
 * Feast: `feature_store.yaml` (where the registry, the online and the offline store are, who is asked), and what
 * `feast registry-dump` prints (feature views with their sources, permissions). Reference: docs.feast.dev.
 */
import type { Collected } from '@firebreak/contract';
import { array, at, field, record, stringMap, text, textAt } from '../../../intake/foreign.ts';
import { openAddress } from '../../../intake/open-address.ts';
import { made, type Place, restOf, upTo } from '../made.ts';

const idOf = (project: string) => `store:FeatureStore/feast/${project}`;
const projectName = /^[A-Za-z0-9][\w-]{0,127}$/;

export function* readFeatureStore(value: unknown, place: Place): Generator<Collected> {
  const project = textAt(value, 'project');
  const isStore = textAt(value, 'provider') !== undefined || record(field(value, 'online_store')) !== undefined;
  if (project === undefined || !isStore || !projectName.test(project)) return;
  const auth = textAt(value, 'auth', 'type') ?? 'no_auth';
  const backends = [field(value, 'registry'), field(value, 'online_store'), field(value, 'offline_store')].flatMap(
    addressesOf,
  );
  const secrets = ['online_store', 'offline_store', 'registry'].flatMap((part) =>
    Object.entries(record(field(value, part)) ?? {})
      .filter(
        ([name, entry]) =>
          /password|secret|token|_key$/i.test(name) && typeof entry === 'string' && !/[$%]\{/.test(entry),
      )
      .map(([name]) => `${part}.${name}`),
  );
  const data = {
    name: project,
    software: 'feast',
    address: undefined,
    // Without authentication whoever reaches its servers reads; writing needs the registry or the online store.
    anonymous: auth === 'no_auth' ? 'read' : 'nothing',
    authentication: auth === 'no_auth' ? [] : [auth],
    keysInFile: secrets,
    backends: [...new Set(backends)],
    repository: place.repository,
  };
  yield made('store.store', idOf(project), data, place.locator);
}

/** A path or a map with a path, a connection string, or a host and a database. */
function addressesOf(part: unknown): readonly string[] {
  const written = text(part) ?? textAt(part, 'path') ?? textAt(part, 'connection_string');
  const open = openAddress((written ?? '').replace(/^postgresql\+\w+:/, 'postgresql:'));
  if (open !== undefined) return [open.address];
  const host = textAt(part, 'host');
  const port = at(part, 'port');
  const type = textAt(part, 'type');
  if (host === undefined || !/^[\w.-]{1,253}$/.test(host)) return [];
  const scheme = type === 'postgres' ? 'postgresql' : type === 'redis' ? 'redis' : type === 'qdrant' ? 'http' : 'tcp';
  const database = type === 'postgres' ? `/${textAt(part, 'database') ?? ''}` : '';
  const at_ = typeof port === 'number' ? `:${port}` : '';
  return [`${scheme}://${host}${at_}${/^\/[\w-]*$/.test(database) ? database : ''}`];
}

export function isRegistryDump(value: unknown): boolean {
  return textAt(value, 'project') !== undefined && Array.isArray(field(value, 'featureViews'));
}

export function* readRegistry(value: unknown, place: Place): Generator<Collected> {
  const project = textAt(value, 'project') ?? '';
  if (!projectName.test(project)) return;
  const store = idOf(project);
  const views = ['featureViews', 'streamFeatureViews', 'onDemandFeatureViews'].flatMap((field_) =>
    array(field(value, field_)),
  );
  const known = upTo(50_000, views, ['store.collection'], place.locator);
  yield* known.gaps;
  for (const view of known.first) {
    const spec = record(field(view, 'spec'));
    const name = textAt(spec, 'name');
    if (name === undefined) continue;
    const sources = [spec?.batchSource, spec?.streamSource].flatMap((source) => sourceOf(source));
    const data = {
      store,
      name,
      content: 'features',
      owner: textAt(spec, 'owner'),
      sources,
      tags: { ...stringMap(spec?.tags) },
    };
    yield made('store.collection', `store:FeatureView/${restOf(store)}/${name}`, data, place.locator);
  }
  const permissions = upTo(10_000, array(field(value, 'permissions')), ['store.role', 'store.grant'], place.locator);
  yield* permissions.gaps;
  for (const permission of permissions.first) {
    const spec = record(field(permission, 'spec'));
    const actions = array(spec?.actions).map(String);
    const roles = array(at(spec, 'policy', 'roleBasedPolicy', 'roles')).filter((role) => typeof role === 'string');
    const modes = (['read', 'write'] as const).filter((mode) => actions.some((action) => actsAs(action, mode)));
    for (const role of roles) {
      const id = `store:Role/${restOf(store)}/${role}`;
      yield made('store.role', id, { store, name: role, admin: false, memberOf: [] }, place.locator);
      for (const mode of modes)
        yield made('store.grant', `store:Grant/${restOf(store)}/${role}/${mode}`, { store, role, mode }, place.locator);
    }
  }
}

function actsAs(action: string, mode: 'read' | 'write'): boolean {
  return mode === 'read' ? /^READ/.test(action) : /^(WRITE|CREATE|UPDATE|DELETE)/.test(action);
}

function sourceOf(source: unknown): readonly string[] {
  const uri =
    textAt(source, 'fileOptions', 'uri') ??
    textAt(source, 'fileOptions', 'fileUrl') ??
    textAt(source, 'kafkaOptions', 'topic');
  const open = openAddress(uri ?? '');
  return open === undefined ? [] : [open.address];
}
