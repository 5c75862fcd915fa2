import { at, record, textAt } from '../../../../intake/foreign.ts';
import type { Reading } from '../desk.ts';
import { environmentNames, tagsOf } from '../shapes.ts';

export default {
  service: 'bedrock-agentcore-control',
  where: 'region',
  kinds: ['aws.agent-runtime', 'aws.agent-gateway', 'aws.code-interpreter'],
  operations: {
    ListAgentRuntimes: 'bedrock-agentcore:ListAgentRuntimes',
    GetAgentRuntime: 'bedrock-agentcore:GetAgentRuntime',
    ListGateways: 'bedrock-agentcore:ListGateways',
    GetGateway: 'bedrock-agentcore:GetGateway',
    ListGatewayTargets: 'bedrock-agentcore:ListGatewayTargets',
    GetGatewayTarget: 'bedrock-agentcore:GetGatewayTarget',
    ListCodeInterpreters: 'bedrock-agentcore:ListCodeInterpreters',
    GetCodeInterpreter: 'bedrock-agentcore:GetCodeInterpreter',
    ListTagsForResource: 'bedrock-agentcore:ListTagsForResource',
  },
  async *read(desk) {
    const tagsOn = async (resourceArn: unknown, ...about: readonly string[]) =>
      typeof resourceArn === 'string'
        ? tagsOf((await desk.get('ListTagsForResource', { resourceArn }, ...about))?.tags)
        : [];
    const runtimes = await desk.list('ListAgentRuntimes', 'agentRuntimes');
    yield* desk.each(runtimes.items, async (summary) => {
      const agentRuntimeId = textAt(summary, 'agentRuntimeId') ?? '';
      const runtime = (await desk.get('GetAgentRuntime', { agentRuntimeId }, agentRuntimeId)) ?? {};
      const code = record(at(runtime, 'agentRuntimeArtifact', 'codeConfiguration', 'code', 's3'));
      const data = {
        ...summary,
        ...runtime,
        containerUri: at(runtime, 'agentRuntimeArtifact', 'containerConfiguration', 'containerUri'),
        codeS3Uri: code === undefined ? undefined : `s3://${textAt(code, 'bucket')}/${textAt(code, 'prefix')}`,
        networkMode: at(runtime, 'networkConfiguration', 'networkMode'),
        environmentNames: environmentNames(runtime.environmentVariables),
        Tags: await tagsOn(summary.agentRuntimeArn, 'runtime', agentRuntimeId),
      };
      return desk.fact('aws.agent-runtime', summary.agentRuntimeArn, data, runtimes.locator);
    });
    const gateways = await desk.list('ListGateways', 'items');
    for (const summary of gateways.items) {
      const gatewayIdentifier = textAt(summary, 'gatewayId') ?? '';
      const gateway = (await desk.get('GetGateway', { gatewayIdentifier }, gatewayIdentifier)) ?? {};
      const listed = await desk.list('ListGatewayTargets', 'items', { gatewayIdentifier }, gatewayIdentifier);
      const targets: unknown[] = [];
      for (const { targetId } of listed.items) {
        const id = String(targetId);
        const target = await desk.get('GetGatewayTarget', { gatewayIdentifier, targetId: id }, gatewayIdentifier, id);
        targets.push({
          name: target?.name,
          lambdaArn: at(target, 'targetConfiguration', 'mcp', 'lambda', 'lambdaArn'),
          endpoint: at(target, 'targetConfiguration', 'mcp', 'mcpServer', 'endpoint'),
        });
      }
      const Tags = await tagsOn(gateway.gatewayArn, 'gateway', gatewayIdentifier);
      yield desk.fact(
        'aws.agent-gateway',
        gateway.gatewayArn,
        { ...summary, ...gateway, targets, Tags },
        gateways.locator,
      );
    }
    const interpreters = await desk.list('ListCodeInterpreters', 'codeInterpreterSummaries');
    yield* desk.each(interpreters.items, async (summary) => {
      const codeInterpreterId = textAt(summary, 'codeInterpreterId') ?? '';
      const interpreter = (await desk.get('GetCodeInterpreter', { codeInterpreterId }, codeInterpreterId)) ?? {};
      const data = {
        ...summary,
        ...interpreter,
        networkMode: at(interpreter, 'networkConfiguration', 'networkMode'),
        Tags: await tagsOn(summary.codeInterpreterArn, 'code-interpreter', codeInterpreterId),
      };
      return desk.fact('aws.code-interpreter', summary.codeInterpreterArn, data, interpreters.locator);
    });
  },
} satisfies Reading;
