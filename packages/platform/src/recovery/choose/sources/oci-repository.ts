/** Images of a repository, by digest. A tag is how people get one. */
import { type Estate, type Fact, type NodeId, ociId } from '@firebreak/contract';
import type { VersionSource } from './source.ts';

type Repository = Pick<Fact<'oci.image'>['data'], 'registry' | 'repository'>;

const named = /^oci:(?:Repository|Tag|Image)(?:Write)?\//;
const idOf = ({ registry, repository }: Repository) => ociId('Repository', registry, repository);
const isOf = (subject: NodeId) => (fact: { readonly data: Repository }) => idOf(fact.data) === subject;

export default {
  subject(estate, node) {
    if (!named.test(node)) return undefined;
    const found = [estate.get('oci.repository', node), estate.get('oci.tag', node), estate.get('oci.image', node)].find(
      (fact) => fact !== undefined,
    );
    if (found === undefined) return undefined;
    const { registry, repository } = found.data;
    return { kind: 'Repository', id: idOf(found.data), name: `${registry}/${repository}` };
  },

  versions: (estate, subject) =>
    estate
      .all('oci.image')
      .filter(isOf(subject))
      .map(({ id, data }) => ({
        version: {
          version: data.digest,
          node: id,
          uris: [`${data.registry}/${data.repository}@${data.digest}`],
          digests: [data.digest],
          revisions: data.revision === undefined ? [] : [data.revision],
          models: [],
        },
        made: isMoment(data.created) ? new Date(data.created).toISOString() : null,
        ready: true,
        madeBy: [],
        trained: null,
        data: [],
      })),

  current: (estate: Estate, subject) =>
    estate
      .all('oci.tag')
      .filter(isOf(subject))
      .map(({ data }) => ({ by: `tag ${data.tag}`, version: data.digest })),

  wishes: (estate, subject) => [
    { kind: 'oci.tag', ids: idsOf(estate.all('oci.tag').filter(isOf(subject))) },
    { kind: 'oci.image', ids: idsOf(estate.all('oci.image').filter(isOf(subject))) },
  ],

  servedBy({ kind, since, until, data }) {
    if (kind !== 'oci.tag') return [];
    const { tag, digest } = data as Fact<'oci.tag'>['data'];
    return [{ by: `tag ${tag}`, version: digest, from: since, until }];
  },

  // A registry's notifications name a tag or a digest, never both with what was there before: the history of facts has it.
  moves: () => [],
  moved: () => undefined,
} satisfies VersionSource;

const idsOf = (facts: readonly { readonly id: string }[]) => facts.map(({ id }) => id);

function isMoment(text: string | undefined): text is string {
  return text !== undefined && !Number.isNaN(Date.parse(text));
}
