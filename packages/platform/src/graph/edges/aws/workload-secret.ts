import { awsId, type DerivedEdge, type EdgeRule, type Estate, type NodeId } from '@firebreak/contract';

/** The service fetches them with a role of its own and puts them into the environment: the process needs no permission. */
export default {
  label: 'WORKLOAD_SECRET',
  from: ['EcsTaskDefinition', 'CodeBuildProject'],
  to: ['Secret', 'Parameter'],
  needs: ['aws.ecs-task-definition', 'aws.codebuild-project', 'aws.secret', 'aws.parameter'],
  techniques: ['T1552.007', 'T1552'],
  traverse: 'instant',
  explain: {
    what: 'Reads the secret from the environment of the workload.',
    why: 'The definition of the workload has it put there.',
    cut: 'Take it out of the definition, stop what runs, and rotate it.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: from, data } of estate.all('aws.ecs-task-definition'))
    for (const { name, valueFrom } of data.containerDefinitions.flatMap(({ secrets }) => secrets)) {
      const to = named(valueFrom, data.taskDefinitionArn);
      if (to !== undefined) yield { from, to, facts: [from], note: name };
    }
  for (const { id: from, data } of estate.all('aws.codebuild-project'))
    for (const { name, type, valueFrom = '' } of data.environmentVariables) {
      if (type !== 'SECRETS_MANAGER' && type !== 'PARAMETER_STORE') continue;
      const to = type === 'PARAMETER_STORE' ? named(valueFrom, data.arn) : secretNamed(estate, valueFrom, data.arn);
      if (to !== undefined) yield { from, to, facts: [from], note: name };
    }
}

/** An ARN, of a secret perhaps with field and version behind it, or the name of a parameter of the same account and region. */
function named(written: string, of: string): NodeId | undefined {
  if (written === '') return undefined;
  const [, partition, , region, account] = of.split(':');
  if (!written.startsWith('arn:'))
    return awsId(`arn:${partition}:ssm:${region}:${account}:parameter/${written.replace(/^\//, '')}`);
  return awsId(
    written
      .split(':')
      .slice(0, written.includes(':secretsmanager:') ? 7 : 6)
      .join(':'),
  );
}

/** CodeBuild writes `name:field:version` of a secret of the same account and region. */
function secretNamed(estate: Estate, written: string, of: string): NodeId | undefined {
  if (written.startsWith('arn:')) return named(written, of);
  const [name = ''] = written.split(':');
  const [, partition, , region, account] = of.split(':');
  const place = `arn:${partition}:secretsmanager:${region}:${account}:`;
  return estate.all('aws.secret').find(({ data }) => data.Name === name && data.Arn.startsWith(place))?.id;
}
