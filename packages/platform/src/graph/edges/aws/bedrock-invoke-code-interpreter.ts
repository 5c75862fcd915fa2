import { escalation } from '../../aws/escalation.ts';
import { codeInterpreters } from '../../aws/resources-with-roles.ts';
import { running } from '../../aws/targets.ts';
import bedrockCreateCodeInterpreter from './bedrock-create-code-interpreter.ts';

export default escalation({
  label: 'BEDROCK_INVOKE_CODE_INTERPRETER',
  pathfinding: 'bedrock-002',
  techniques: ['T1648', 'T1552.005'],
  traverse: 'seconds',
  what: 'Runs code of its own in a code interpreter of Bedrock AgentCore and reads the credentials of its role.',
  why: 'It may open sessions with the code interpreter and run code in them.',
  cut: 'Take the right to open sessions with it, or a lesser role for the code interpreter.',
  to: ['Role'],
  target: running(codeInterpreters),
  needs: ['aws.code-interpreter'],
  steps: [
    { action: 'bedrock-agentcore:StartCodeInterpreterSession', on: 'thing' },
    { action: 'bedrock-agentcore:InvokeCodeInterpreter', on: 'thing' },
  ],
  coveredBy: [bedrockCreateCodeInterpreter],
});
