/** The demo company, opened as `npm start` opens it: every folder of content/demo-estate as one estate, the cluster in memory. */
import { openDemo } from '../../packages/platform/src/app/targets.ts';
import type { AttackGraph } from '../../packages/platform/src/graph/attack-graph.ts';
import { deriveGraph } from '../../packages/platform/src/graph/derive-graph.ts';
import { edgeRules } from '../../packages/platform/src/graph/edges/index.ts';
import { nodeRules } from '../../packages/platform/src/graph/nodes/index.ts';

const signal = new AbortController().signal;

export async function auroraGraph(): Promise<AttackGraph> {
  const demo = await openDemo(signal);
  try {
    const { estate } = await demo.collect(signal);
    return deriveGraph(estate, nodeRules, edgeRules);
  } finally {
    await demo.close();
  }
}

/** The parts of an id that tell two things of the demo apart. */
export function short(id: string): string {
  return id
    .replace('arn:aws:iam::111122223333:', '')
    .replace('arn:aws:s3:::', '')
    .replace('111122223333.dkr.ecr.eu-west-1.amazonaws.com', 'ecr')
    .replace(/arn:aws:([a-z]+):eu-west-1:111122223333:/, '$1:')
    .replace('aws-reserved/sso.amazonaws.com/eu-west-1/', '')
    .replace('/git.aurora.example/aurora/', '/')
    .replace('.serving.kserve.io', '')
    .replace(/(kube-api-access)-[a-z0-9]{5}$/, '$1')
    .replace(/-[0-9a-f]{10}-[a-z0-9]{5}(?=\/|$)/, '-…')
    .replace('/mlflow.ml-training.svc:5000/', '/')
    .replace(/([0-9a-f])\1?[0-9a-f]{20,}/g, (digest) => `${digest.slice(0, 6)}…`);
}
