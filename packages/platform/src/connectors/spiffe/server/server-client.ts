/**
 * A running SPIRE server: over its local socket, or over mutual TLS with an admin's X.509-SVID. How a call ended is data, and says whether
 * it may have taken effect. Time, bytes and pages are bounded; nothing is retried by the transport.
 */
import { readFile } from 'node:fs/promises';
import type { PeerCertificate } from 'node:tls';
import { FirebreakError } from '@firebreak/contract';
import {
  type ChannelCredentials,
  Client,
  credentials,
  type MethodDefinition,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { array, type Foreign, record, textAt } from '../../../intake/foreign.ts';
import { entryService } from './entry-api.ts';

export interface SpireServer {
  /** Where it is, for people. */
  readonly address: string;
  call(method: EntryMethod, request: object, signal: AbortSignal): Promise<Called>;
  close(): void;
}
export type EntryMethod = 'ListEntries' | 'GetEntry' | 'BatchCreateEntry' | 'BatchDeleteEntry';

export type Called =
  | { readonly ok: true; readonly value: Foreign }
  | {
      readonly ok: false;
      readonly code: status;
      /** Whether it may have taken effect. */
      readonly sent: boolean;
      /** One sentence without foreign text. */
      readonly reason: string;
    };

const callMs = 15_000;
const connectMs = 5000;
const maxBytes = 32 * 1024 * 1024;

/** `unix:/run/spire/server/private/api.sock`, or `grpcs://spire.example:8081`; undefined for anything else. */
export function serverAddress(spec: string): string | undefined {
  if (/^unix:\/{0,2}\/[^\s]+$/.test(spec)) return `unix:${spec.replace(/^unix:(\/\/)?/, '')}`;
  return /^grpcs:\/\/[A-Za-z0-9.-]+:\d{1,5}$/.test(spec) ? spec : undefined;
}

/** @throws FirebreakError FB-SOURCE-UNREADABLE when a certificate that the environment names cannot be read */
export async function openServer(address: string): Promise<SpireServer> {
  const isLocal = address.startsWith('unix:');
  const client = new Client(isLocal ? address : address.slice('grpcs://'.length), await credentialsFor(isLocal), {
    'grpc.enable_retries': 0,
    'grpc.max_receive_message_length': maxBytes,
    // A proxy of the environment is not meant for the signing authority of the trust domain.
    'grpc.enable_http_proxy': 0,
  });
  return {
    address,
    close: () => client.close(),
    async call(method, request, signal) {
      if (signal.aborted) throw new FirebreakError('FB-CANCELLED', 'A call was not made.');
      const ready = await new Promise<boolean>((resolve) =>
        client.waitForReady(Date.now() + connectMs, (error) => resolve(error === undefined)),
      );
      if (!ready) return { ok: false, code: status.UNAVAILABLE, sent: false, reason: 'There is no connection.' };
      const of = entryService[method] as MethodDefinition<object, object>;
      return new Promise<Called>((resolve, reject) => {
        const call = client.makeUnaryRequest(
          of.path,
          of.requestSerialize,
          of.responseDeserialize,
          request,
          { deadline: Date.now() + callMs },
          (error, value) => {
            signal.removeEventListener('abort', onAbort);
            if (signal.aborted) reject(new FirebreakError('FB-CANCELLED', 'A call was stopped.'));
            else resolve(error === null ? { ok: true, value: record(value) ?? {} } : failed(error));
          },
        );
        const onAbort = () => call.cancel();
        signal.addEventListener('abort', onAbort, { once: true });
      });
    },
  };
}

/** These say that the server looked at the call and did not do it. */
const looked: ReadonlySet<status> = new Set([
  status.INVALID_ARGUMENT,
  status.NOT_FOUND,
  status.ALREADY_EXISTS,
  status.PERMISSION_DENIED,
  status.UNAUTHENTICATED,
  status.RESOURCE_EXHAUSTED,
  status.FAILED_PRECONDITION,
  status.UNIMPLEMENTED,
]);

function failed({ code }: ServiceError): Called {
  return {
    ok: false,
    code,
    sent: !looked.has(code),
    reason: `The server answered ${status[code] ?? 'with an error'}.`,
  };
}

async function credentialsFor(isLocal: boolean): Promise<ChannelCredentials> {
  if (isLocal) return credentials.createInsecure();
  const file = async (variable: string) => {
    const path = process.env[variable];
    if (path === undefined || path === '')
      throw new FirebreakError('FB-SOURCE-UNREADABLE', `${variable} names no file.`);
    return readFile(path).catch((cause: unknown) => {
      throw new FirebreakError('FB-SOURCE-UNREADABLE', `The file that ${variable} names cannot be read.`, { cause });
    });
  };
  const [bundle, key, certificate] = [
    await file('FIREBREAK_SPIRE_BUNDLE'),
    await file('FIREBREAK_SPIRE_KEY'),
    await file('FIREBREAK_SPIRE_CERTIFICATE'),
  ];
  return credentials.createSsl(bundle, key, certificate, { checkServerIdentity: (_, peer) => notTheServer(peer) });
}

/** A SPIRE server shows a SPIFFE ID and no host name: `spiffe://<trust domain>/spire/server`. */
export function notTheServer(peer: Pick<PeerCertificate, 'subjectaltname'>): Error | undefined {
  const names = (peer.subjectaltname ?? '').split(', ');
  const isServer = names.some((name) => /^URI:spiffe:\/\/[a-z0-9._-]+\/spire\/server$/.test(name));
  return isServer ? undefined : new Error('The certificate is not that of a SPIRE server.');
}

const pageSize = 500;
const maxPages = 1000;

/** Every entry, page by page; the last value may be how it broke off. */
export async function* entriesOf(
  server: SpireServer,
  filter: object,
  signal: AbortSignal,
): AsyncGenerator<unknown, Called | undefined> {
  let page_token = '';
  const seen = new Set<string>();
  for (let page = 0; page < maxPages; page += 1) {
    const answer = await server.call('ListEntries', { filter, page_size: pageSize, page_token }, signal);
    if (!answer.ok) return answer;
    yield* array(answer.value.entries);
    page_token = textAt(answer.value, 'next_page_token') ?? '';
    if (page_token === '') return undefined;
    if (seen.has(page_token)) break;
    seen.add(page_token);
  }
  return { ok: false, code: status.OUT_OF_RANGE, sent: false, reason: 'Its pages do not end.' };
}
