/**
 * The part of SPIRE's server API that is spoken here: registration entries (`spire.api.server.entry.v1.Entry`), as numbers and types of
 * fields, which are the protocol. Fields that are not named here are not lost on the server: entries are created and deleted, never updated.
 * Source: SPIRE API SDK, proto/spire/api (Apache-2.0), whose files say the same in their own form.
 */
import type { ServiceDefinition } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';

const field = (id: number, type: string) => ({ id, type });
const many = (id: number, type: string) => ({ id, type, rule: 'repeated' });

const types = {
  SPIFFEID: { fields: { trust_domain: field(1, 'string'), path: field(2, 'string') } },
  Selector: { fields: { type: field(1, 'string'), value: field(2, 'string') } },
  Status: { fields: { code: field(1, 'int32'), message: field(2, 'string') } },
  Entry: {
    fields: {
      id: field(1, 'string'),
      spiffe_id: field(2, 'SPIFFEID'),
      parent_id: field(3, 'SPIFFEID'),
      selectors: many(4, 'Selector'),
      x509_svid_ttl: field(5, 'int32'),
      federates_with: many(6, 'string'),
      admin: field(7, 'bool'),
      downstream: field(8, 'bool'),
      expires_at: field(9, 'int64'),
      dns_names: many(10, 'string'),
      revision_number: field(11, 'int64'),
      store_svid: field(12, 'bool'),
      jwt_svid_ttl: field(13, 'int32'),
      hint: field(14, 'string'),
      created_at: field(15, 'int64'),
    },
  },
};

const of = (name: string) => `spire.api.types.${name}`;
const method = (name: string, answer = `${name}Response`) => ({ requestType: `${name}Request`, responseType: answer });
const result = (more: object) => ({
  nested: { Result: { fields: { status: field(1, of('Status')), ...more } } },
  fields: { results: many(1, 'Result') },
});

const entry = {
  Entry: {
    methods: {
      ListEntries: method('ListEntries'),
      GetEntry: method('GetEntry', of('Entry')),
      BatchCreateEntry: method('BatchCreateEntry'),
      BatchDeleteEntry: method('BatchDeleteEntry'),
    },
  },
  ListEntriesRequest: {
    nested: { Filter: { fields: { by_spiffe_id: field(1, of('SPIFFEID')), by_parent_id: field(2, of('SPIFFEID')) } } },
    fields: { filter: field(1, 'Filter'), page_size: field(3, 'int32'), page_token: field(4, 'string') },
  },
  ListEntriesResponse: { fields: { entries: many(1, of('Entry')), next_page_token: field(2, 'string') } },
  GetEntryRequest: { fields: { id: field(1, 'string') } },
  BatchCreateEntryRequest: { fields: { entries: many(1, of('Entry')) } },
  BatchCreateEntryResponse: result({ entry: field(2, of('Entry')) }),
  BatchDeleteEntryRequest: { fields: { ids: many(1, 'string') } },
  BatchDeleteEntryResponse: result({ id: field(2, 'string') }),
};

const inPackage = (name: string, nested: object): object =>
  name
    .split('.')
    .reverse()
    .reduce((inner, part) => ({ nested: { [part]: inner } }), { nested } as object);

const descriptor = {
  nested: {
    spire: {
      nested: {
        api: {
          nested: {
            types: { nested: types },
            server: inPackage('entry.v1', entry) as { nested: object },
          },
        },
      },
    },
  },
};

const definition = fromJSON(descriptor as never, { keepCase: true, longs: String, arrays: true, oneofs: false });

/** Methods with their paths and how messages are written. */
export const entryService = definition['spire.api.server.entry.v1.Entry'] as unknown as ServiceDefinition;
