import { awsId, type DerivedEdge, type EdgeRule, type Estate } from '@firebreak/contract';

/** The agent calls it with arguments of its own choice; that the function does more than it is meant to is not certain. */
export default {
  label: 'AGENT_ACTION',
  from: ['BedrockAgent', 'AgentCoreGateway'],
  to: ['Function'],
  needs: ['aws.bedrock-agent', 'aws.agent-gateway', 'aws.function'],
  techniques: ['AML.T0053', 'AML.T0086'],
  traverse: 'minutes',
  explain: {
    what: 'Has the function do what the agent is talked into.',
    why: 'The function is a tool of the agent.',
    cut: 'Disable the action, or let a person confirm it.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: from, data } of estate.all('aws.bedrock-agent'))
    for (const { lambda, actionGroupName } of data.actionGroups)
      if (lambda?.startsWith('arn:')) yield edge(from, lambda, actionGroupName);
  for (const { id: from, data } of estate.all('aws.agent-gateway'))
    for (const { lambdaArn, name } of data.targets)
      if (lambdaArn?.startsWith('arn:')) yield edge(from, lambdaArn, name);
}

function edge(from: string, lambda: string, name: string | undefined): DerivedEdge {
  // A version or alias of the function may stand behind its name.
  const to = awsId(lambda.split(':').slice(0, 7).join(':'));
  return { from, to, facts: [from], likelihood: 0.3, ...(name === undefined ? {} : { note: `action ${name}` }) };
}
