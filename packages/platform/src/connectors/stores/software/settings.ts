/**
 * Who may do what, from a server's own configuration: its file, or the same settings as variables of a container. Defaults are
 * those that the projects document:
 *
 * - Qdrant asks nobody unless `service.api_key` is set (or JWT with it); `read_only_api_key` alone closes nothing to writers;
 * - Weaviate lets anonymous users in unless another scheme is on and `AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED` is not;
 * - Milvus asks nobody unless `common.security.authorizationEnabled`;
 * - Chroma asks nobody unless an authentication provider is named.
 */
import type { FactTypes, StoreSoftware } from '@firebreak/contract';
import { at, record, text, textAt } from '../../../intake/foreign.ts';

type Store = FactTypes['store.store'];
export type Access = Pick<Store, 'anonymous' | 'authentication' | 'keysInFile' | 'tls'>;

/** Whether a value stands for itself, and not for a variable or a secret elsewhere. */
function isLiteral(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && !/[$%]\{|\{\{|^\$|^<.*>$/.test(value);
}
const isOn = (value: unknown) => value === true || /^(true|on|yes|1|enabled)$/i.test(text(value) ?? '');
const isSet = (value: unknown) => value !== undefined && value !== null && value !== '' && value !== false;

function access(
  schemes: Readonly<Record<string, boolean>>,
  keys: Readonly<Record<string, unknown>>,
  anonymous: Store['anonymous'],
  tls?: boolean,
): Access {
  return {
    anonymous,
    authentication: Object.keys(schemes).filter((name) => schemes[name] === true),
    keysInFile: Object.keys(keys).filter((name) => isLiteral(keys[name])),
    tls,
  };
}

/** `config/production.yaml` of Qdrant. */
export function qdrantFile(value: unknown): Access | undefined {
  const service = record(at(value, 'service'));
  const known =
    record(at(value, 'storage')) !== undefined || service?.http_port !== undefined || isSet(service?.api_key);
  if (service === undefined || !known) return undefined;
  return qdrant(service.api_key, service.read_only_api_key, isOn(service.jwt_rbac), isOn(service.enable_tls));
}

function qdrant(key: unknown, readKey: unknown, jwt: boolean, tls: boolean | undefined): Access {
  const closed = isSet(key);
  const anonymous = closed ? 'nothing' : 'write';
  return access({ 'api-key': closed, jwt }, { api_key: key, read_only_api_key: readKey }, anonymous, tls);
}

/** `milvus.yaml`. */
export function milvusFile(value: unknown): Access | undefined {
  const security = record(at(value, 'common', 'security'));
  const known = record(at(value, 'etcd')) !== undefined || record(at(value, 'proxy')) !== undefined;
  if (security === undefined || !known) return undefined;
  return milvus(security.authorizationEnabled, security.defaultRootPassword, at(security, 'tlsMode'));
}

function milvus(authorization: unknown, password: unknown, tlsMode: unknown): Access {
  const closed = isOn(authorization);
  const tls = tlsMode === undefined ? undefined : Number(tlsMode) > 0;
  return access({ password: closed }, { defaultRootPassword: password }, closed ? 'nothing' : 'write', tls);
}

type Variables = Readonly<Record<string, unknown>>;

const byVariables: Partial<Record<StoreSoftware, (env: Variables) => Access>> = {
  qdrant: (env) =>
    qdrant(
      env.QDRANT__SERVICE__API_KEY,
      env.QDRANT__SERVICE__READ_ONLY_API_KEY,
      isOn(env.QDRANT__SERVICE__JWT_RBAC),
      isOn(env.QDRANT__SERVICE__ENABLE_TLS),
    ),
  weaviate,
  milvus: (env) => milvus(env.COMMON_SECURITY_AUTHORIZATIONENABLED, env.COMMON_SECURITY_DEFAULTROOTPASSWORD, undefined),
  chroma: (env) => {
    const closed = isSet(env.CHROMA_SERVER_AUTHN_PROVIDER) || isSet(env.CHROMA_SERVER_AUTH_PROVIDER);
    const keys = { credentials: env.CHROMA_SERVER_AUTHN_CREDENTIALS ?? env.CHROMA_SERVER_AUTH_CREDENTIALS };
    return access({ token: closed }, keys, closed ? 'nothing' : 'write');
  },
  pgvector: (env) => {
    const trusting = text(env.POSTGRES_HOST_AUTH_METHOD) === 'trust';
    return access(
      { password: !trusting },
      { POSTGRES_PASSWORD: env.POSTGRES_PASSWORD },
      trusting ? 'write' : 'nothing',
    );
  },
};

function weaviate(env: Variables): Access {
  const schemes = {
    'api-key': isOn(env.AUTHENTICATION_APIKEY_ENABLED),
    oidc: isOn(env.AUTHENTICATION_OIDC_ENABLED),
    'database-users': isOn(env.AUTHENTICATION_DB_USERS_ENABLED),
    rbac: isOn(env.AUTHORIZATION_RBAC_ENABLED),
  };
  const closed = schemes['api-key'] || schemes.oidc || schemes['database-users'];
  const anonymous = isSet(env.AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED)
    ? isOn(env.AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED)
    : !closed;
  // With roles or an admin list, somebody without a name may do what the lists give to nobody.
  const limited = schemes.rbac || isOn(env.AUTHORIZATION_ADMINLIST_ENABLED);
  const may = !anonymous ? 'nothing' : limited ? 'unknown' : 'write';
  return access(schemes, { AUTHENTICATION_APIKEY_ALLOWED_KEYS: env.AUTHENTICATION_APIKEY_ALLOWED_KEYS }, may);
}

/** The settings of a container, by its variables. Undefined for software that is not set up so. */
export function accessOfVariables(software: StoreSoftware, env: Variables): Access | undefined {
  return byVariables[software]?.(env);
}

/** Values of the projects' Helm charts: the software that they are for, and what they set. */
export function helmValues(value: unknown): { readonly software: StoreSoftware; readonly access: Access } | undefined {
  const image =
    textAt(value, 'image', 'repository') ??
    textAt(value, 'image', 'repo') ??
    textAt(value, 'image', 'all', 'repository');
  if (/(^|\/)qdrant(\/|$)/.test(image ?? '')) {
    const key = at(value, 'apiKey') ?? at(value, 'config', 'service', 'api_key');
    const tls = isOn(at(value, 'config', 'service', 'enable_tls'));
    // `true` has the chart make one.
    return {
      software: 'qdrant',
      access: qdrant(key, at(value, 'readOnlyApiKey'), isOn(at(value, 'config', 'service', 'jwt_rbac')), tls),
    };
  }
  const authentication = record(at(value, 'authentication'));
  if (record(authentication?.anonymous_access) !== undefined) {
    const scheme = (name: string) => String(isOn(at(authentication, name, 'enabled')));
    const access = weaviate({
      AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: scheme('anonymous_access'),
      AUTHENTICATION_APIKEY_ENABLED: scheme('apikey'),
      AUTHENTICATION_OIDC_ENABLED: scheme('oidc'),
      AUTHORIZATION_RBAC_ENABLED: String(isOn(at(value, 'authorization', 'rbac', 'enabled'))),
      AUTHORIZATION_ADMINLIST_ENABLED: String(isOn(at(value, 'authorization', 'admin_list', 'enabled'))),
    });
    const keys = at(authentication, 'apikey', 'allowed_keys');
    const inFile = Array.isArray(keys) && keys.some(isLiteral) ? ['allowed_keys'] : [];
    return { software: 'weaviate', access: { ...access, keysInFile: inFile } };
  }
  if (/(^|\/)milvus(\/|$)/.test(image ?? '')) {
    const extra = text(at(value, 'extraConfigFiles', 'user.yaml'));
    const on = extra === undefined ? false : /^\s*authorizationEnabled:\s*true\b/m.test(extra.slice(0, 65_536));
    return { software: 'milvus', access: milvus(on, undefined, undefined) };
  }
  return undefined;
}
