/**
 * A SPIRE server by the contract of its API, over a real gRPC server on a local socket: it keeps entries, gives ids itself or takes those
 * that it is given, and gives workloads SVIDs by its entries (here: names), as its agents do.
 */
import { randomUUID } from 'node:crypto';
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import { entryService } from '../server/entry-api.ts';

export interface Entry {
  id: string;
  readonly spiffe_id: { readonly trust_domain: string; readonly path: string };
  readonly parent_id: { readonly trust_domain: string; readonly path: string };
  readonly selectors: readonly { readonly type: string; readonly value: string }[];
  readonly [more: string]: unknown;
}

export interface SpireWorld {
  /** `unix:/…/api.sock` */
  readonly address: string;
  readonly entries: Map<string, Entry>;
  /** Changes that arrived. */
  readonly changes: string[];
  /** Whether it gives ids itself, as older servers do. */
  givesIds: boolean;
  /** What happens to the next change: its answer is lost after it was carried out, or it is not carried out and ends with a code. */
  next: 'answer' | 'lose' | status;
  /** What a workload with these selectors gets from its agent. */
  fetch(selectors: readonly string[]): readonly string[];
  stop(): Promise<void>;
}

type Unary<Q> = (call: ServerUnaryCall<Q, object>, answer: sendUnaryData<object>) => void;

export async function startSpire(socket: string): Promise<SpireWorld> {
  const id = (path: string) => ({ trust_domain: 'example.org', path });
  const selector = (text: string) => ({
    type: text.slice(0, text.indexOf(':')),
    value: text.slice(text.indexOf(':') + 1),
  });
  const made = (name: string, path: string, selectors: readonly string[], more: object = {}): Entry => ({
    id: name,
    spiffe_id: id(path),
    parent_id: id('/node'),
    selectors: selectors.map(selector),
    x509_svid_ttl: 600,
    jwt_svid_ttl: 300,
    dns_names: ['trainer.ml.svc'],
    federates_with: ['partner.example'],
    expires_at: '0',
    revision_number: '3',
    created_at: '1700000000',
    hint: 'internal',
    ...more,
  });
  const all = [
    made('e-trainer', '/ns/ml/sa/trainer', ['k8s:ns:ml', 'k8s:sa:trainer']),
    made('e-admin', '/boss', ['unix:uid:0'], { admin: true }),
  ];
  const entries = new Map(all.map((entry) => [entry.id, entry]));
  const state = { next: 'answer' as SpireWorld['next'], givesIds: false };
  const changes: string[] = [];
  const key = ({ spiffe_id, parent_id, selectors }: Entry) =>
    JSON.stringify([spiffe_id, parent_id, selectors.map(({ type, value }) => `${type}:${value}`).sort()]);

  /** Carries a change out, and answers as the test has it. */
  const changing =
    <Q>(name: string, carryOut: (request: Q) => object): Unary<Q> =>
    (call, answer) => {
      const how = state.next;
      state.next = 'answer';
      changes.push(name);
      if (typeof how === 'number') return answer({ code: how, details: 'as the test has it' });
      const value = carryOut(call.request);
      if (how === 'lose') return answer({ code: status.UNAVAILABLE, details: 'lost' });
      return answer(null, value);
    };

  const server = new Server();
  const list: Unary<{
    filter?: { by_spiffe_id?: object; by_parent_id?: object };
    page_size: number;
    page_token: string;
  }> = (call, answer) => {
    const { filter, page_token } = call.request;
    const same = (one: unknown, other: unknown) =>
      one === undefined || one === null || JSON.stringify(one) === JSON.stringify(other);
    const found = [...entries.values()].filter(
      (entry) => same(filter?.by_spiffe_id, entry.spiffe_id) && same(filter?.by_parent_id, entry.parent_id),
    );
    // One at a time: clients must ask on.
    const start = Number(page_token || '0');
    answer(null, {
      entries: found.slice(start, start + 1),
      next_page_token: start + 1 < found.length ? String(start + 1) : '',
    });
  };
  const get: Unary<{ id: string }> = (call, answer) => {
    const found = entries.get(call.request.id);
    if (found === undefined) answer({ code: status.NOT_FOUND, details: 'entry not found' });
    else answer(null, found);
  };
  server.addService(entryService, {
    ListEntries: list,
    GetEntry: get,
    BatchCreateEntry: changing<{ entries: Entry[] }>('create', (request) => ({
      results: request.entries.map((entry) => {
        const known = [...entries.values()].find((each) => key(each) === key(entry));
        if (known !== undefined) return { status: { code: status.ALREADY_EXISTS }, entry: known };
        const created = {
          ...entry,
          id: state.givesIds || entry.id === '' ? randomUUID() : entry.id,
          revision_number: '0',
          created_at: '1800000000',
        };
        entries.set(created.id, created);
        return { status: { code: status.OK }, entry: created };
      }),
    })),
    BatchDeleteEntry: changing<{ ids: string[] }>('delete', (request) => ({
      results: request.ids.map((each) => ({
        status: { code: entries.delete(each) ? status.OK : status.NOT_FOUND },
        id: each,
      })),
    })),
  } as never);
  await new Promise<void>((resolve, reject) =>
    server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (error) =>
      error === null ? resolve() : reject(error),
    ),
  );
  return {
    address: `unix:${socket}`,
    entries,
    changes,
    get next() {
      return state.next;
    },
    set next(how) {
      state.next = how;
    },
    get givesIds() {
      return state.givesIds;
    },
    set givesIds(to) {
      state.givesIds = to;
    },
    fetch: (has) =>
      [...entries.values()]
        .filter(({ selectors }) => selectors.every(({ type, value }) => has.includes(`${type}:${value}`)))
        .map(({ spiffe_id }) => `spiffe://${spiffe_id.trust_domain}${spiffe_id.path}`),
    stop: async () => server.forceShutdown(),
  };
}
