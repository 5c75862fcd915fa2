import { defineAction, ociId, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { stateChange } from '../../../exchange/state-change.ts';
import type { OciSession } from '../session.ts';
import { type Desk, deskOf, digestParam, inRepository, request, through, type Write } from './exchange/desk.ts';
import { digestOfTag, findManifest, putManifest, storedManifest, tagsOf } from './exchange/manifests.ts';
import { impactOf, interruptPulls } from './impact/legitimate-use.ts';

const params = inRepository.extend({ digest: digestParam });
type Params = z.infer<typeof params>;
const before = z.object({
  /** Null where the repository does not have it. */
  manifest: storedManifest.nullable(),
  /** Tags that point to it: they go with it. */
  tags: z.array(z.string()),
});
type Before = z.infer<typeof before>;

const id = (of: Params) => ociId('Image', of.registry, `${of.repository}@${of.digest}`);
const name = (of: Params) => `${of.registry}/${of.repository}@${of.digest}`;

async function read(desk: Desk, of: Params): Promise<Before> {
  const tags = await tagsOf(desk, of);
  const manifest = await findManifest(desk, of, of.digest);
  if (manifest === null) return { manifest, tags: [] };
  const pointing: string[] = [];
  for (const tag of tags) if ((await digestOfTag(desk, of, tag)) === of.digest) pointing.push(tag);
  return { manifest, tags: pointing };
}

const part = stateChange<Params, Before, OciSession, Desk, Write>(through(name), {
  read,
  isGone: ({ manifest }) => manifest === null,
  goneIsWanted: true,
  wanted: () => false,
  forward: (_, of) => [
    request(
      { verb: 'delete', object: id(of) },
      { method: 'DELETE', path: `/v2/${of.repository}/manifests/${of.digest}` },
      `repository:${of.repository}:pull,delete`,
    ),
  ],
  // Its layers stay until the registry collects its garbage, so the same bytes are taken again and have the same digest.
  back(now, of, { manifest, tags }) {
    if (manifest === null) return [];
    const missing = tags.filter((tag) => !now.tags.includes(tag)).map((tag) => putManifest(id(of), of, tag, manifest));
    return [...(now.manifest === null ? [putManifest(id(of), of, of.digest, manifest)] : []), ...missing];
  },
  between: (now, _, was) =>
    now.manifest !== null && now.tags.length < was.tags.length && now.tags.every((tag) => was.tags.includes(tag)),
});

/** Nobody pulls the image any more, by digest or tag. What runs goes on, and does not start again elsewhere. */
export default defineAction<Params, Before, OciSession>({
  id: 'oci.remove-manifest',
  title: 'Remove image from registry',
  stage: 'delivery',
  targetKinds: ['Image'],
  params,
  before,
  permissions: ['repository:<repository>:pull,push,delete'],
  target: (of) => ({ kind: 'Image', id: id(of), name: name(of) }),
  describe: (of) => `Remove ${name(of)} with all its tags: nobody pulls it any more.`,
  undoes: (of) =>
    `The same manifest is put back under its digest and its tags, byte by byte, unless the registry has collected the layers of ${of.repository} meanwhile.`,
  drastic: () => true,
  takes: () => 5,
  impact: (of, estate) =>
    impactOf('remove-manifest', interruptPulls(estate, of, 'What runs this image there does not start again.')),
  ...part,
  async read(attempt, of) {
    const state = await part.read(attempt, of);
    const { manifest } = state.record;
    if (manifest === null) return state;
    const bytes = Buffer.from(manifest.content, 'base64');
    return {
      ...state,
      evidence: [{ name: `manifest-${of.digest.replace(':', '-')}.json`, mediaType: manifest.mediaType, bytes }],
    };
  },
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const { manifest } = await read(await deskOf(attempt, of), of);
    return [
      {
        what: `${name(of)} cannot be pulled`,
        result: manifest === null ? 'holds' : 'fails',
        evidence: manifest === null ? 'The registry has no such manifest.' : 'The registry hands it over.',
      },
    ];
  },
});
