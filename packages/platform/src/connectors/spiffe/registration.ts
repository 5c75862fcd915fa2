/**
 * The ways in which registrations are written down. SPIRE prints its API's messages as JSON, with field names as in the protocol
 * or in camel case, 64-bit numbers as text, and SPIFFE IDs as `{trust_domain, path}`; data files for `entry create` write them as
 * URIs; the controller manager's resources write selectors as `type:value`.
 */
import { createHash } from 'node:crypto';
import { array, at, field, record, stringMap, text, textAt } from '../../intake/foreign.ts';
import { openAddress } from '../../intake/open-address.ts';
import type { SpiffeDraft } from './draft.ts';

/** Reads any of them; what is none is said. */
export function readRegistration(value: unknown, locator: string, draft: SpiffeDraft): void {
  const group = textAt(value, 'apiVersion') ?? '';
  if (group.startsWith('spire.spiffe.io/')) readResource(value, locator, draft);
  else if (Array.isArray(either(value, 'entries'))) {
    for (const entry of array(either(value, 'entries'))) readEntry(entry, locator, draft);
    if (textAt(value, 'next_page_token') !== undefined || textAt(value, 'nextPageToken') !== undefined)
      draft.invalid('spiffe.entry', locator, 'It is one page of several; the others are elsewhere.');
  } else if (Array.isArray(either(value, 'federation_relationships')))
    for (const other of array(either(value, 'federation_relationships'))) readFederation(other, locator, draft);
  else if (!readValues(value, locator, draft)) draft.ignored(locator, 'It is no registration of SPIRE that we know.');
}

/** A field in either spelling. */
function either(value: unknown, name: string): unknown {
  return (
    field(value, name) ??
    field(
      value,
      name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    )
  );
}

function uriOf(value: unknown): string | undefined {
  const written = text(value);
  if (written !== undefined) return normal(written);
  const domain = text(either(value, 'trust_domain'));
  return domain === undefined ? undefined : normal(`spiffe://${domain}${text(field(value, 'path')) ?? ''}`);
}

/** Scheme and trust domain in lower case: they are compared so. */
function normal(uri: string): string | undefined {
  const parsed = /^spiffe:\/\/([^/]{1,255})(\/.*)?$/i.exec(uri.slice(0, 2048));
  return parsed === null ? undefined : `spiffe://${parsed[1]?.toLowerCase()}${parsed[2] ?? ''}`;
}
const domainOf = (uri: string) => uri.slice('spiffe://'.length).replace(/\/.*$/, '');

function readEntry(entry: unknown, locator: string, draft: SpiffeDraft): void {
  const spiffeId = uriOf(either(entry, 'spiffe_id'));
  if (spiffeId === undefined) {
    draft.invalid('spiffe.entry', locator, 'An entry has no SPIFFE ID.');
    return;
  }
  const selectors = array(field(entry, 'selectors')).flatMap((selector) => {
    const [type, value] = [textAt(selector, 'type'), textAt(selector, 'value')];
    return type === undefined || value === undefined ? splitSelector(text(selector)) : [{ type, value }];
  });
  addEntry(draft, locator, {
    entryId: textAt(entry, 'id') ?? textAt(entry, 'entry_id') ?? textAt(entry, 'entryId'),
    spiffeId,
    parentId: uriOf(either(entry, 'parent_id')),
    selectors,
    x509SvidTtl: numberOf(either(entry, 'x509_svid_ttl') ?? field(entry, 'ttl')),
    jwtSvidTtl: numberOf(either(entry, 'jwt_svid_ttl')),
    federatesWith: domainsOf(either(entry, 'federates_with')),
    admin: field(entry, 'admin') === true,
    downstream: field(entry, 'downstream') === true,
    dnsNames: strings(either(entry, 'dns_names')),
    createdAt: timeOf(either(entry, 'created_at')),
    expiresAt: timeOf(either(entry, 'expires_at') ?? either(entry, 'entry_expiry')),
  });
}

interface Entry {
  readonly entryId: string | undefined;
  readonly spiffeId: string;
  readonly selectors: readonly { readonly type: string; readonly value: string }[];
  readonly [more: string]: unknown;
}

function addEntry(draft: SpiffeDraft, locator: string, entry: Entry): void {
  draft.domain(domainOf(entry.spiffeId), locator);
  // An entry that was not created yet has no id: what it says identifies it.
  const said = JSON.stringify([entry.spiffeId, entry.parentId, entry.selectors]);
  const entryId = entry.entryId ?? createHash('sha256').update(said).digest('hex').slice(0, 32);
  draft.add('spiffe.entry', `spiffe:Entry/${domainOf(entry.spiffeId)}/${entryId}`, { ...entry, entryId }, locator);
}

/** `k8s:ns:ml` */
function splitSelector(written: string | undefined): readonly { readonly type: string; readonly value: string }[] {
  const colon = written?.indexOf(':') ?? -1;
  return written === undefined || colon < 1 ? [] : [{ type: written.slice(0, colon), value: written.slice(colon + 1) }];
}

function readFederation(relationship: unknown, locator: string, draft: SpiffeDraft): void {
  const name = text(either(relationship, 'trust_domain'))?.toLowerCase();
  if (name === undefined) return;
  const endpoint = openAddress(text(either(relationship, 'bundle_endpoint_url')) ?? '')?.address;
  draft.domain(name, locator).federation.push({ trustDomain: name, bundleEndpoint: endpoint });
}

function readResource(value: unknown, locator: string, draft: SpiffeDraft): void {
  const spec = record(field(value, 'spec'));
  const name = textAt(value, 'metadata', 'name') ?? '';
  switch (field(value, 'kind')) {
    case 'ClusterSPIFFEID': {
      const selectors = [at(spec, 'podSelector'), at(spec, 'namespaceSelector')];
      const workload = array(spec?.workloadSelectorTemplates);
      draft.add(
        'spiffe.template',
        `spiffe:Template/${name}`,
        {
          name,
          template: textAt(spec, 'spiffeIDTemplate'),
          podLabels: { ...stringMap(at(selectors[0], 'matchLabels')) },
          namespaceLabels: { ...stringMap(at(selectors[1], 'matchLabels')) },
          narrower: workload.length > 0 || selectors.some((each) => array(at(each, 'matchExpressions')).length > 0),
          admin: spec?.admin === true,
          downstream: spec?.downstream === true,
        },
        locator,
      );
      return;
    }
    case 'ClusterStaticEntry': {
      const spiffeId = normal(textAt(spec, 'spiffeID') ?? '');
      if (spiffeId === undefined) {
        draft.invalid('spiffe.entry', locator, 'It has no SPIFFE ID.');
        return;
      }
      addEntry(draft, locator, {
        entryId: `static/${name}`,
        spiffeId,
        parentId: normal(textAt(spec, 'parentID') ?? ''),
        selectors: strings(spec?.selectors).flatMap(splitSelector),
        federatesWith: domainsOf(spec?.federatesWith),
        admin: spec?.admin === true,
        downstream: spec?.downstream === true,
        dnsNames: strings(spec?.dnsNames),
      });
      return;
    }
    case 'ClusterFederatedTrustDomain':
      readFederation({ ...spec, bundleEndpointUrl: spec?.bundleEndpointURL }, locator, draft);
      return;
    default:
      draft.ignored(locator, 'A resource of this kind registers nobody.');
  }
}

/** Values of SPIRE's Helm charts: the trust domain and the issuer of its tokens. */
function readValues(value: unknown, locator: string, draft: SpiffeDraft): boolean {
  const server = record(at(value, 'spire-server')) ?? record(value);
  const name = textAt(value, 'global', 'spire', 'trustDomain') ?? textAt(server, 'trustDomain');
  const issuer = textAt(value, 'global', 'spire', 'jwtIssuer') ?? textAt(server, 'jwtIssuer');
  if (name === undefined || !/^[a-z0-9._-]+$/i.test(name)) return false;
  const domain = draft.domain(name, locator);
  const address = openAddress(issuer?.includes('://') === true ? issuer : `https://${issuer ?? ''}`)?.address;
  if (issuer !== undefined && address !== undefined) domain.jwtIssuer = address;
  return true;
}

const strings = (value: unknown): string[] => array(value).filter((each): each is string => typeof each === 'string');
const domainsOf = (value: unknown) => strings(value).map((each) => each.replace(/^spiffe:\/\//i, '').toLowerCase());

/** 64-bit numbers are text. */
function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

/** Seconds since 1970; 0 means never. */
function timeOf(value: unknown): string | undefined {
  const seconds = numberOf(value);
  return seconds === undefined || seconds === 0 || seconds > 1e11 ? undefined : new Date(seconds * 1000).toISOString();
}
