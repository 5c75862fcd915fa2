import type { Fact, GraphNode, NodeRule } from '@firebreak/contract';
import { imageRepositoryId } from '../../names/image-reference.ts';
import { referrersByImage } from '../../oci/images.ts';

/** An image, an index or another artifact by its digest: this content and no other. A model in a registry is one to lose. */
export default {
  kinds: ['Image'],
  needs: ['oci.image', 'oci.referrer'],
  *derive(estate): Generator<GraphNode> {
    const referrers = referrersByImage(estate);
    for (const fact of estate.all('oci.image')) {
      const { registry, repository, digest, form } = fact.data;
      const said = referrers.get(`${imageRepositoryId(fact.data)}@${digest}`) ?? [];
      yield {
        id: fact.id,
        kind: 'Image',
        class: form === 'model' ? 'model' : 'artifact',
        name: `${registry}/${repository}@${digest}`,
        facts: [fact.id, ...said.map(({ id }) => id)],
        ...(form === 'model' ? { jewel: 'a model in a registry: its weights are in it' } : {}),
        detail: detailOf(fact, said),
      };
    }
  },
} satisfies NodeRule;

function detailOf(
  { data }: Fact<'oci.image'>,
  said: readonly Fact<'oci.referrer'>[],
): NonNullable<GraphNode['detail']> {
  const found = (what: string) =>
    said.filter((fact) => fact.data.says === what).reduce((sum, fact) => sum + fact.data.count, 0);
  const words = {
    created: data.created,
    source: data.source,
    revision: data.revision,
    artifactType: data.artifactType,
  };
  return {
    form: data.form,
    mediaType: data.mediaType,
    ...(data.size === undefined ? {} : { size: data.size }),
    ...Object.fromEntries(Object.entries(words).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]))),
    signaturesFound: found('signature'),
    attestationsFound: found('attestation'),
    sbomsFound: found('sbom'),
  };
}
