import { type GraphNode, type NodeRule, workflowId } from '@firebreak/contract';
import { environmentName } from '../../github/environments.ts';
import { jobsOf } from '../../github/jobs.ts';

/** A workflow file and each of its jobs: a pipeline that runs with the rights of its repository. */
export default {
  kinds: ['Workflow', 'Job'],
  needs: ['github.workflow'],
  *derive(estate): Generator<GraphNode> {
    for (const { data, id } of estate.all('github.workflow'))
      yield {
        id: workflowId(data.repository, data.path),
        kind: 'Workflow',
        class: 'pipeline',
        name: data.name?.value ?? data.path,
        namespace: data.repository.path,
        facts: [id],
        detail: { file: data.path, events: data.on.map(({ event }) => event).join(', ') },
      };
    for (const { id, job, workflow } of jobsOf(estate)) {
      const environment = environmentName(job);
      yield {
        id,
        kind: 'Job',
        class: 'pipeline',
        name: `${workflow.data.path.split('/').at(-1)}/${job.id}`,
        namespace: workflow.data.repository.path,
        facts: [workflow.id],
        detail: {
          file: workflow.data.path,
          line: job.line,
          ...(environment === undefined ? {} : { environment }),
        },
      };
    }
  },
} satisfies NodeRule;
