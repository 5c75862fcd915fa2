import type { GraphNode, NodeRule } from '@firebreak/contract';
import { resourceNode } from '../../aws/resource-node.ts';

/** Bedrock agents and AgentCore: agents, what they know, what they may do, and what holds them back. */
export default {
  kinds: ['BedrockAgent', 'KnowledgeBase', 'Guardrail', 'AgentCoreRuntime', 'AgentCoreGateway', 'CodeInterpreter'],
  needs: [
    'aws.bedrock-agent',
    'aws.knowledge-base',
    'aws.guardrail',
    'aws.agent-runtime',
    'aws.agent-gateway',
    'aws.code-interpreter',
  ],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('aws.bedrock-agent'))
      yield resourceNode({
        id,
        class: 'agent',
        name: data.agentName ?? data.agentId,
        fact: id,
        arn: data.agentArn,
        tags: data.Tags,
        detail: { model: data.foundationModel, status: data.agentStatus, guardrail: data.guardrailIdentifier },
      });
    for (const { id, data } of estate.all('aws.knowledge-base'))
      yield resourceNode({
        id,
        class: 'vector-store',
        name: data.name ?? data.knowledgeBaseId,
        fact: id,
        arn: data.knowledgeBaseArn,
        tags: data.Tags,
        detail: { storage: data.storageType },
      });
    for (const { id, data } of estate.all('aws.guardrail'))
      yield resourceNode({
        id,
        class: 'guardrail',
        name: data.name ?? data.guardrailId,
        fact: id,
        arn: data.guardrailArn,
        tags: data.Tags,
        detail: { version: data.version },
      });
    for (const { id, data } of estate.all('aws.agent-runtime'))
      yield resourceNode({
        id,
        class: 'agent',
        name: data.agentRuntimeName ?? id,
        fact: id,
        arn: data.agentRuntimeArn,
        tags: data.Tags,
        detail: { image: data.containerUri, network: data.networkMode },
      });
    for (const { id, data } of estate.all('aws.agent-gateway'))
      yield resourceNode({
        id,
        class: 'tool',
        name: data.name ?? id,
        fact: id,
        arn: data.gatewayArn,
        tags: data.Tags,
        detail: { authorizer: data.authorizerType },
      });
    for (const { id, data } of estate.all('aws.code-interpreter'))
      yield resourceNode({
        id,
        class: 'tool',
        name: data.name ?? id,
        fact: id,
        arn: data.codeInterpreterArn,
        tags: data.Tags,
        detail: { network: data.networkMode },
      });
  },
} satisfies NodeRule;
