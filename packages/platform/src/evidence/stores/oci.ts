/**
 * A repository of an OCI registry (distribution 1.1). Each blob is a blob of the repository; a snapshot is an artifact manifest whose layers
 * are its blobs, so that no garbage collection takes them, tagged with the snapshot's id and tied to one anchor by `subject`: whoever
 * asks for the anchor's referrers gets every snapshot. Registries without the referrers API are served by the tag that stands in for it.
 *
 * A registry locks nothing: whoever may push may delete. What it is good for is that it is there already, and that it is another machine.
 *
 * Name and password: FIREBREAK_EVIDENCE_OCI_USERNAME, FIREBREAK_EVIDENCE_OCI_PASSWORD.
 */
import { createReadStream } from 'node:fs';
import { FirebreakError } from '@firebreak/contract';
import { type Dispatcher, request } from 'undici';
import { basic, dispatcherFor } from '../../intake/http.ts';
import { sha256Hex } from '../../kernel/digest.ts';
import type { StoreSettings } from '../settings.ts';
import { scratchFolder } from './scratch.ts';
import type { EvidenceStore, SnapshotLabel } from './store.ts';

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';
const snapshotType = 'application/vnd.firebreak.snapshot.v1+json';
const anchorType = 'application/vnd.firebreak.evidence-vault.v1+json';
const empty = { mediaType: 'application/vnd.oci.empty.v1+json', digest: `sha256:${sha256Hex('{}')}`, size: 2 };
const timeoutMs = 60_000;
const mostAnswerBytes = 4 * 1024 * 1024;
/** A manifest is at most 4 MiB; layers beyond go to further manifests. */
const layersOfManifest = 10_000;

interface Answer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: Dispatcher.ResponseData['body'];
}

export function ociStore(
  { name, registry, repository }: Extract<StoreSettings, { kind: 'oci' }>,
  scratch: string,
): EvidenceStore {
  const base = new URL(registry);
  const dispatcher = dispatcherFor(base, undefined);
  const { FIREBREAK_EVIDENCE_OCI_USERNAME: user, FIREBREAK_EVIDENCE_OCI_PASSWORD: password } = process.env;
  let token: string | undefined;
  let anchor: Promise<Descriptor> | undefined;

  /** One request; asked for a token (the challenge of the token specification), it fetches one and asks again. */
  async function send(
    call: {
      readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
      readonly url: URL;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: () => Buffer | ReturnType<typeof createReadStream>;
    },
    signal: AbortSignal,
    again = true,
  ): Promise<Answer> {
    const home = call.url.origin === base.origin;
    const authorization = token ?? (user === undefined ? undefined : basic(user, password ?? ''));
    try {
      const response = await request(call.url, {
        dispatcher,
        method: call.method,
        headers: {
          'user-agent': 'firebreak',
          ...call.headers,
          ...(home && authorization !== undefined ? { authorization } : {}),
        },
        ...(call.body === undefined ? {} : { body: call.body() }),
        signal,
        headersTimeout: timeoutMs,
      });
      const header = (key: string) => {
        const value = response.headers[key];
        return typeof value === 'string' ? value : value?.[0];
      };
      const { statusCode: status, body } = response;
      if (status === 401 && again && home) {
        await body.dump();
        if (await fetchToken(header('www-authenticate'), signal)) return send(call, signal, false);
      }
      if (status >= 300 && status < 400 && call.method === 'GET' && header('location') !== undefined) {
        await body.dump();
        // Registries keep blobs elsewhere; the digest says whether what comes is right, and no credential goes along.
        return send({ ...call, url: new URL(header('location') ?? '', call.url) }, signal, false);
      }
      return { status, header, body };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof FirebreakError) throw error;
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'no connection';
      throw new FirebreakError('FB-EVIDENCE-STORE', `${name} cannot be reached (${code}).`, { cause: error });
    }
  }

  async function fetchToken(challenge: string | undefined, signal: AbortSignal): Promise<boolean> {
    const [, realm] = /realm="([^"]{1,500})"/.exec(challenge ?? '') ?? [];
    const [, service] = /service="([^"]{1,200})"/.exec(challenge ?? '') ?? [];
    if (!/^bearer /i.test(challenge ?? '') || realm === undefined || !URL.canParse(realm)) return false;
    const url = new URL(realm);
    if (url.protocol !== 'https:' && url.hostname !== base.hostname) return false;
    url.searchParams.set('scope', `repository:${repository}:pull,push,delete`);
    if (service !== undefined) url.searchParams.set('service', service);
    const headers = user === undefined ? {} : { authorization: basic(user, password ?? '') };
    const answer = await request(url, { headers, signal, headersTimeout: timeoutMs });
    const given = (await answer.body.json().catch(() => undefined)) as
      | { token?: unknown; access_token?: unknown }
      | undefined;
    const value = given?.token ?? given?.access_token;
    if (typeof value !== 'string') return false;
    token = `Bearer ${value}`;
    return true;
  }

  const urlOf = (path: string) => new URL(`/v2/${repository}/${path}`, base);

  async function trouble({ status, body }: Answer, doing: string): Promise<FirebreakError> {
    await body.dump();
    const code = status === 507 ? 'FB-EVIDENCE-FULL' : 'FB-EVIDENCE-STORE';
    return new FirebreakError(code, `${doing} ${name}: status ${status}.`);
  }

  async function sizeOf(digest: string, signal: AbortSignal): Promise<number | undefined> {
    const answer = await send({ method: 'HEAD', url: urlOf(`blobs/sha256:${digest}`) }, signal);
    if (answer.status === 404) {
      await answer.body.dump();
      return undefined;
    }
    if (answer.status !== 200) throw await trouble(answer, 'Asking');
    await answer.body.dump();
    return Number(answer.header('content-length'));
  }

  async function upload(
    blob: { readonly sha256: string; readonly size: number },
    body: () => Buffer | ReturnType<typeof createReadStream>,
    signal: AbortSignal,
  ): Promise<void> {
    const begun = await send({ method: 'POST', url: urlOf('blobs/uploads/') }, signal);
    const location = begun.header('location');
    if (begun.status !== 202 || location === undefined) throw await trouble(begun, 'Beginning an upload to');
    await begun.body.dump();
    const url = new URL(location, urlOf('blobs/uploads/'));
    url.searchParams.set('digest', `sha256:${blob.sha256}`);
    const headers = { 'content-type': 'application/octet-stream', 'content-length': String(blob.size) };
    const answer = await send({ method: 'PUT', url, headers, body }, signal);
    if (answer.status !== 201) throw await trouble(answer, 'Uploading to');
    await answer.body.dump();
  }

  async function getManifest(reference: string, signal: AbortSignal): Promise<Manifest | undefined> {
    const headers = { accept: `${manifestType}, ${indexType}` };
    const answer = await send({ method: 'GET', url: urlOf(`manifests/${reference}`), headers }, signal);
    if (answer.status === 404) {
      await answer.body.dump();
      return undefined;
    }
    if (answer.status !== 200) throw await trouble(answer, 'Reading from');
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > mostAnswerBytes)
        throw new FirebreakError('FB-EVIDENCE-STORE', `${name} gives a manifest without end.`);
      chunks.push(chunk);
    }
    const bytes = Buffer.concat(chunks);
    try {
      return {
        digest: `sha256:${sha256Hex(bytes)}`,
        size: bytes.length,
        json: JSON.parse(bytes.toString('utf8')) as Manifest['json'],
      };
    } catch (cause) {
      throw new FirebreakError('FB-EVIDENCE-STORE', `${name} gives a manifest that is no JSON.`, { cause });
    }
  }

  async function putManifest(
    reference: string | undefined,
    json: object,
    mediaType: string,
    signal: AbortSignal,
  ): Promise<Descriptor & { readonly subject: boolean }> {
    const bytes = Buffer.from(JSON.stringify(json));
    const digest = `sha256:${sha256Hex(bytes)}`;
    const headers = { 'content-type': mediaType, 'content-length': String(bytes.length) };
    const url = urlOf(`manifests/${reference ?? digest}`);
    const answer = await send({ method: 'PUT', url, headers, body: () => bytes }, signal);
    if (answer.status !== 201) throw await trouble(answer, 'Writing a manifest to');
    await answer.body.dump();
    // "OCI-Subject" in the answer says that the registry keeps the list of referrers itself (distribution 1.1).
    return { mediaType, digest, size: bytes.length, subject: answer.header('oci-subject') !== undefined };
  }

  async function hasEmpty(signal: AbortSignal): Promise<void> {
    const digest = empty.digest.slice('sha256:'.length);
    if ((await sizeOf(digest, signal)) === undefined)
      await upload({ sha256: digest, size: empty.size }, () => Buffer.from('{}'), signal);
  }

  /** The manifest that all snapshots refer to. */
  function anchorOf(signal: AbortSignal): Promise<Descriptor> {
    anchor ??= (async () => {
      await hasEmpty(signal);
      const json = {
        schemaVersion: 2,
        mediaType: manifestType,
        artifactType: anchorType,
        config: empty,
        layers: [empty],
      };
      const { mediaType, digest, size } = await putManifest('vault', json, manifestType, signal);
      return { mediaType, digest, size };
    })().catch((error: unknown) => {
      anchor = undefined;
      throw error;
    });
    return anchor;
  }

  /** The list of referrers of a registry that keeps none: an index under the tag `sha256-<digest>`. */
  async function changeReferrers(
    about: Descriptor,
    change: (all: readonly Referrer[]) => readonly Referrer[],
    signal: AbortSignal,
  ): Promise<void> {
    const tag = about.digest.replace(':', '-');
    const before = await getManifest(tag, signal);
    const manifests = change(before?.json.manifests ?? []);
    await putManifest(tag, { schemaVersion: 2, mediaType: indexType, manifests }, indexType, signal);
  }

  async function labelPart(
    tag: string,
    { id, subject, manifest }: SnapshotLabel,
    layers: readonly Descriptor[],
    signal: AbortSignal,
  ): Promise<void> {
    const about = await anchorOf(signal);
    const annotations = {
      'dev.firebreak.snapshot': id,
      'dev.firebreak.subject': subject,
      'dev.firebreak.manifest': manifest.join(' '),
    };
    const json = {
      schemaVersion: 2,
      mediaType: manifestType,
      artifactType: snapshotType,
      config: empty,
      layers,
      subject: about,
      annotations,
    };
    const { subject: known, ...descriptor } = await putManifest(tag, json, manifestType, signal);
    if (known) return;
    const own: Referrer = { ...descriptor, artifactType: snapshotType, annotations };
    await changeReferrers(about, (all) => [...all.filter(({ digest }) => digest !== own.digest), own], signal);
  }

  return {
    name,
    kind: 'oci',
    where: `${base.host}/${repository}`,
    lock: 'none',
    spool: () => scratchFolder(scratch),

    async put(blob, _retainUntil, signal) {
      if ((await sizeOf(blob.sha256, signal)) !== undefined) return 'there';
      await upload(blob, () => createReadStream(blob.file), signal);
      return 'kept';
    },

    async get(digest, signal) {
      const answer = await send({ method: 'GET', url: urlOf(`blobs/sha256:${digest}`) }, signal);
      if (answer.status === 404) {
        await answer.body.dump();
        return undefined;
      }
      if (answer.status !== 200) throw await trouble(answer, 'Reading from');
      return read(answer.body as AsyncIterable<Uint8Array>, name);
    },

    async state(digest, signal) {
      const size = await sizeOf(digest, signal);
      return size === undefined ? undefined : { size, lockedUntil: null, held: false };
    },

    retain: async () => undefined,
    hold: async () => undefined,

    async remove(digest, signal) {
      const answer = await send({ method: 'DELETE', url: urlOf(`blobs/sha256:${digest}`) }, signal);
      if (answer.status !== 202 && answer.status !== 404) throw await trouble(answer, 'Removing from');
      await answer.body.dump();
    },

    async label(snapshot, signal) {
      await hasEmpty(signal);
      const seen = new Set<string>();
      let layers: Descriptor[] = [];
      let part = 0;
      const tag = () => snapshot.id.replaceAll('_', '-') + (part === 0 ? '' : `-${part}`);
      for await (const { sha256, size, mediaType } of snapshot.blobs) {
        if (seen.has(sha256)) continue;
        seen.add(sha256);
        layers.push({ mediaType, digest: `sha256:${sha256}`, size });
        if (layers.length < layersOfManifest) continue;
        await labelPart(tag(), snapshot, layers, signal);
        layers = [];
        part += 1;
      }
      if (part === 0 || layers.length > 0)
        await labelPart(tag(), snapshot, layers.length === 0 ? [empty] : layers, signal);
    },

    async unlabel(id, signal) {
      const about = await anchorOf(signal);
      for (let part = 0; ; part += 1) {
        const found = await getManifest(id.replaceAll('_', '-') + (part === 0 ? '' : `-${part}`), signal);
        if (found === undefined) return;
        const answer = await send({ method: 'DELETE', url: urlOf(`manifests/${found.digest}`) }, signal);
        if (answer.status !== 202 && answer.status !== 404) throw await trouble(answer, 'Removing from');
        await answer.body.dump();
        if ((await getManifest(about.digest.replace(':', '-'), signal)) !== undefined)
          await changeReferrers(about, (all) => all.filter(({ digest }) => digest !== found.digest), signal);
      }
    },

    close: () => dispatcher.destroy(),
  };
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}
interface Referrer extends Descriptor {
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}
interface Manifest {
  readonly digest: string;
  readonly size: number;
  readonly json: { readonly manifests?: readonly Referrer[] };
}

async function* read(body: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw new FirebreakError('FB-EVIDENCE-STORE', `Reading from ${name}: the connection broke.`, { cause });
  }
}
