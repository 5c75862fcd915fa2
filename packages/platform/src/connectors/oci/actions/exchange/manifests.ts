/** Manifests as they lie in a registry: their exact bytes, since a digest is of bytes and not of what they mean. */

import { FirebreakError } from '@firebreak/contract';
import { z } from 'zod';
import { readError } from '../../../../exchange/outcome.ts';
import { array, field, text } from '../../../../intake/foreign.ts';
import { nextLink } from '../../../../intake/http.ts';
import { acceptedManifests, digestOf, manifestOf } from '../../manifest.ts';
import { type Desk, type InRepository, request, type Write } from './desk.ts';

export const storedManifest = z.object({
  digest: z.string(),
  mediaType: z.string(),
  /** The bytes, in base64. */
  content: z.string(),
});
export type StoredManifest = z.infer<typeof storedManifest>;

/** Of a manifest that we keep in a record; real ones have a few thousand bytes. */
const maxBytes = 1024 * 1024;
const maxTags = 5000;

/** Null where there is none under the tag or digest. @throws FirebreakError */
export async function findManifest(
  desk: Desk,
  { repository }: InRepository,
  reference: string,
): Promise<StoredManifest | null> {
  const path = `/v2/${repository}/manifests/${reference}`;
  const answer = await desk.find(
    { method: 'GET', path, headers: { accept: acceptedManifests } },
    `repository:${repository}:pull`,
  );
  if (answer === null) return null;
  const manifest = manifestOf(
    answer.body,
    reference.includes(':') ? reference : answer.header('docker-content-digest'),
  );
  if (manifest === undefined || answer.body.length > maxBytes)
    throw new FirebreakError(
      'FB-HTTP-RESPONSE-INVALID',
      `GET ${path}: it is no manifest of at most ${maxBytes} bytes.`,
    );
  if (reference.includes(':') && manifest.digest !== reference)
    throw new FirebreakError('FB-HTTP-RESPONSE-INVALID', `GET ${path}: the content is not what its digest says.`);
  const type = answer.header('content-type')?.split(';')[0]?.trim();
  return {
    digest: manifest.digest,
    mediaType: type === undefined || type === '' ? manifest.mediaType : type,
    content: answer.body.toString('base64'),
  };
}

/** The digest that a tag points to now; null without one. */
export async function digestOfTag(desk: Desk, { repository }: InRepository, tag: string): Promise<string | null> {
  const path = `/v2/${repository}/manifests/${tag}`;
  const answer = await desk.find(
    { method: 'GET', path, headers: { accept: acceptedManifests } },
    `repository:${repository}:pull`,
  );
  if (answer === null) return null;
  return digestOf(answer.body, answer.header('docker-content-digest'));
}

/** All tags, sorted. @throws FirebreakError also where there is no such repository */
export async function tagsOf(desk: Desk, { repository }: InRepository): Promise<readonly string[]> {
  const tags = new Set<string>();
  let path: string | undefined = `/v2/${repository}/tags/list?n=1000`;
  while (path !== undefined) {
    const answer = await desk.ask({ method: 'GET', path }, `repository:${repository}:pull`);
    if (!answer.ok) throw readError(answer, `GET /v2/${repository}/tags/list`);
    for (const each of array(field(JSON.parse(answer.body.toString('utf8')), 'tags'))) {
      const tag = text(each);
      if (tag !== undefined && /^[\w][\w.-]{0,127}$/.test(tag)) tags.add(tag);
    }
    if (tags.size > maxTags)
      throw new FirebreakError('FB-HTTP-ENDLESS', `${repository} has more than ${maxTags} tags.`);
    path = nextLink(answer.header('link'));
  }
  return [...tags].sort();
}

/** Puts the same bytes under a tag or their digest; the digest is then the same again. */
export function putManifest(
  object: string,
  { repository }: InRepository,
  reference: string,
  { digest, mediaType, content }: StoredManifest,
): Write {
  const bytes = { type: mediaType, content: Buffer.from(content, 'base64') };
  return request(
    { verb: 'patch', object },
    { method: 'PUT', path: `/v2/${repository}/manifests/${reference}`, bytes },
    `repository:${repository}:pull,push`,
    { mediaType, digest, size: bytes.content.length },
  );
}
