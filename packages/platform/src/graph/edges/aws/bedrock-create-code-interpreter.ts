import { escalation } from '../../aws/escalation.ts';
import { rolesToPass } from '../../aws/targets.ts';

export default escalation({
  label: 'BEDROCK_CREATE_CODE_INTERPRETER',
  pathfinding: 'bedrock-001',
  techniques: ['T1648', 'T1548.005'],
  what: 'Runs code of its own as a role, in a new code interpreter of Bedrock AgentCore.',
  why: 'It may pass the role to a service that the role trusts, and make and use code interpreters.',
  cut: 'Limit iam:PassRole to the roles that it needs, or take the right to make such things from it.',
  to: ['Role'],
  target: rolesToPass(['bedrock-agentcore.amazonaws.com']),
  steps: [
    { action: 'iam:PassRole', on: 'role' },
    { action: 'bedrock-agentcore:CreateCodeInterpreter', on: '*' },
    {
      action: 'bedrock-agentcore:StartCodeInterpreterSession',
      on: 'arn:*:bedrock-agentcore:*:*:code-interpreter-custom/*',
    },
    { action: 'bedrock-agentcore:InvokeCodeInterpreter', on: 'arn:*:bedrock-agentcore:*:*:code-interpreter-custom/*' },
  ],
});
