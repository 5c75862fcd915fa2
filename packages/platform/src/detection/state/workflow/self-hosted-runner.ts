import type { StateDetector, WorkflowJob } from '@firebreak/contract';
import { embeddedIn, references } from '../../../graph/github/expression.ts';
import { foundAt } from '../workflow-files.ts';

export default {
  id: 'self-hosted-runner',
  status: 'stable',
  severity: 'medium',
  title: 'Job on a self-hosted runner',
  needs: ['github.workflow'],
  techniques: ['T1072', 'T1554'],
  explain: {
    what: 'Whatever the job runs stays on the machine for the jobs after it.',
    why: 'The job asks for a runner of one’s own; unless it is made anew for each job, it remembers.',
    next: 'Use ephemeral runners, and keep them away from workflows that strangers can start.',
  },
  *detect(estate) {
    for (const fact of estate.all('github.workflow'))
      for (const job of fact.data.jobs) {
        const because = selfHosted(job);
        if (because !== undefined && job.runsOn !== undefined)
          yield foundAt(fact, job.runsOn, { note: because, thorough: true });
      }
  },
} satisfies StateDetector;

const own = 'self-hosted';

function selfHosted(job: WorkflowJob): string | undefined {
  const { runsOn } = job;
  if (runsOn === undefined) return undefined;
  if (runsOn.group !== undefined) return `group ${runsOn.group.value}`;
  for (const { value } of runsOn.labels) {
    if (value === own) return own;
    const dimensions = embeddedIn(value)
      .flatMap(({ expression }) => references(expression))
      .filter((path) => path.startsWith('matrix.'));
    for (const path of dimensions) if (inMatrix(job, path.slice('matrix.'.length))) return `${own}, by the matrix`;
  }
  return undefined;
}

/** Whether a dimension of the matrix can be `self-hosted` after what is excluded. */
function inMatrix({ strategy }: WorkflowJob, key: string): boolean {
  if (strategy === undefined) return false;
  const included = strategy.include.some((entry) =>
    entry.some((each) => each.key.toLowerCase() === key && each.text.value === own),
  );
  const excluded = strategy.exclude.some((entry) =>
    entry.every((each) => each.key.toLowerCase() === key && each.text.value === own),
  );
  const listed = strategy.dimensions.some(
    (dimension) => dimension.key.toLowerCase() === key && dimension.values.some(({ value }) => value === own),
  );
  return included || (listed && !excluded);
}
