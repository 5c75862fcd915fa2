import type { GraphNode, NodeRule } from '@firebreak/contract';
import { pipelineJobs, pipelineRunnerId, pipelineSecretId } from '../../ci/pipelines.ts';

/** Jobs of pipeline files with the credentials that they name and the machines that they ask for. */
export default {
  kinds: ['Job', 'Secret', 'RunnerPool'],
  needs: ['ci.pipeline'],
  *derive(estate): Generator<GraphNode> {
    for (const job of pipelineJobs(estate)) {
      const base = { namespace: job.repository.path, facts: job.facts };
      const { system, path } = job.pipeline.data;
      yield {
        ...base,
        id: job.id,
        kind: 'Job',
        class: 'pipeline',
        name: `${path.split('/').at(-1)}/${job.job.name}`,
        detail: {
          system,
          file: path,
          line: job.job.line,
          ...(job.job.environment === undefined ? {} : { environment: job.job.environment }),
        },
      };
      for (const name of job.job.secrets)
        yield {
          ...base,
          id: pipelineSecretId(job, name),
          kind: 'Secret',
          class: 'credential',
          name,
          jewel: 'a secret: whoever reads it can use it elsewhere',
          tenure: { lifetime: 'static', access: 'standing' },
          detail: { system },
        };
      if (job.job.runner.length > 0)
        yield {
          ...base,
          id: pipelineRunnerId(job),
          kind: 'RunnerPool',
          class: 'host',
          name: `machines with ${job.job.runner.join(', ')}`,
          jewel: 'a host: root here owns every job on it',
          detail: { system, labels: job.job.runner.join(', ') },
        };
    }
  },
} satisfies NodeRule;
