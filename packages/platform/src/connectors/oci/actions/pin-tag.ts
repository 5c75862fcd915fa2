import { defineAction, ociId, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { stateChange } from '../../../exchange/state-change.ts';
import type { OciSession } from '../session.ts';
import { type Desk, deskOf, digestParam, inRepository, through, type Write } from './exchange/desk.ts';
import { digestOfTag, findManifest, putManifest, storedManifest, tagsOf } from './exchange/manifests.ts';
import { impactOf, interruptPulls } from './impact/legitimate-use.ts';

const params = inRepository.extend({
  tag: z.string().regex(/^\w[\w.-]{0,127}$/, 'not a tag'),
  /** Of the manifest that is known to be good. */
  digest: digestParam,
});
type Params = z.infer<typeof params>;
const before = z.object({
  /** What the tag points to; null without it. */
  tagged: storedManifest.nullable(),
  /** The good one; null where the repository does not have it. */
  good: storedManifest.nullable(),
});
type Before = z.infer<typeof before>;

const id = (of: Params) => ociId('Tag', of.registry, `${of.repository}:${of.tag}`);
const name = (of: Params) => `${of.registry}/${of.repository}:${of.tag}`;

async function read(desk: Desk, of: Params): Promise<Before> {
  // Proves that we may see the repository: a manifest that is not found is then not there.
  await tagsOf(desk, of);
  return { tagged: await findManifest(desk, of, of.tag), good: await findManifest(desk, of, of.digest) };
}

const part = stateChange<Params, Before, OciSession, Desk, Write>(through(name), {
  read,
  isGone: ({ tagged }) => tagged === null,
  objection: ({ good }, of) => (good === null ? `${of.repository} has no manifest ${of.digest}.` : undefined),
  wanted: ({ tagged }, of) => tagged?.digest === of.digest,
  forward: ({ good }, of) => (good === null ? [] : [putManifest(id(of), of, of.tag, good)]),
  back: (_, of, { tagged }) => (tagged === null ? [] : [putManifest(id(of), of, of.tag, tagged)]),
  matter: ({ tagged }) => tagged,
  steady: ({ tagged }) => tagged,
});

/** The tag points to the known manifest again. Whoever may push can move it once more: it repairs, and cuts nothing off. */
export default defineAction<Params, Before, OciSession>({
  id: 'oci.pin-tag',
  title: 'Point tag at verified digest',
  stage: 'delivery',
  targetKinds: ['Tag'],
  params,
  before,
  permissions: ['repository:<repository>:pull,push'],
  target: (of) => ({ kind: 'Tag', id: id(of), name: name(of) }),
  describe: (of) => `Point ${name(of)} at ${of.digest}.`,
  undoes: (of) => `${name(of)} points to what it pointed to, byte by byte.`,
  drastic: () => false,
  rollsBack({ subject, from, to }, estate) {
    const [digest] = to.digests;
    if (digest === undefined) return [];
    return estate
      .all('oci.tag')
      .filter(
        ({ data }) =>
          ociId('Repository', data.registry, data.repository) === subject && from.digests.includes(data.digest),
      )
      .map(({ data: { registry, repository, tag } }) => ({ registry, repository, tag, digest }));
  },
  takes: () => 5,
  impact: (of, estate) =>
    impactOf(
      'pin-tag',
      interruptPulls(estate, of, `What starts there from ${of.tag} runs the verified image instead.`),
    ),
  ...part,
  async read(attempt, of) {
    const state = await part.read(attempt, of);
    const { tagged } = state.record;
    if (tagged === null) return state;
    const bytes = Buffer.from(tagged.content, 'base64');
    return {
      ...state,
      evidence: [{ name: `manifest-${tagged.digest.replace(':', '-')}.json`, mediaType: tagged.mediaType, bytes }],
    };
  },
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const digest = await digestOfTag(await deskOf(attempt, of), of, of.tag);
    return [
      {
        what: `A pull of ${name(of)} gets ${of.digest}`,
        result: digest === of.digest ? 'holds' : 'fails',
        evidence: `It got ${digest ?? 'nothing'}.`,
      },
    ];
  },
});
