import type { GraphNode, NodeRule } from '@firebreak/contract';
import { imageRepositoryId } from '../../names/image-reference.ts';
import { referrersByImage } from '../../oci/images.ts';
import { runningImages } from '../../oci/running-images.ts';

/** A tag is an update channel: whoever moves it decides what those get who follow it. */
export default {
  kinds: ['Tag'],
  needs: ['oci.tag', 'oci.referrer', 'kubernetes.pod', 'kubernetes.workload'],
  *derive(estate): Generator<GraphNode> {
    const referrers = referrersByImage(estate);
    const running = runningImages(estate);
    for (const { id, data } of estate.all('oci.tag')) {
      const repository = imageRepositoryId(data);
      const said = referrers.get(`${repository}@${data.digest}`) ?? [];
      const followers = (running.get(repository) ?? []).filter(({ tag }) => tag === data.tag);
      yield {
        id,
        kind: 'Tag',
        class: 'update-channel',
        name: `${data.registry}/${data.repository}:${data.tag}`,
        facts: [id, ...said.map((fact) => fact.id)],
        detail: {
          digest: data.digest,
          signatureFound: said.some((fact) => fact.data.says === 'signature'),
          followers: followers.length,
        },
      };
    }
  },
} satisfies NodeRule;
