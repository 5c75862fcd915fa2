import { array, at, record, textAt } from '../../../../intake/foreign.ts';
import type { Desk, Reading } from '../desk.ts';
import { fieldsOf, tagsOf } from '../shapes.ts';

/** An agent as its draft says: what the next release will be. */
const agentVersion = 'DRAFT';

export default {
  service: 'bedrock-agent',
  where: 'region',
  kinds: ['aws.bedrock-agent', 'aws.knowledge-base'],
  operations: {
    ListAgents: 'bedrock:ListAgents',
    GetAgent: 'bedrock:GetAgent',
    ListAgentActionGroups: 'bedrock:ListAgentActionGroups',
    GetAgentActionGroup: 'bedrock:GetAgentActionGroup',
    ListAgentKnowledgeBases: 'bedrock:ListAgentKnowledgeBases',
    ListKnowledgeBases: 'bedrock:ListKnowledgeBases',
    GetKnowledgeBase: 'bedrock:GetKnowledgeBase',
    ListDataSources: 'bedrock:ListDataSources',
    GetDataSource: 'bedrock:GetDataSource',
    ListTagsForResource: 'bedrock:ListTagsForResource',
  },
  async *read(desk) {
    const agents = await desk.list('ListAgents', 'agentSummaries');
    for (const summary of agents.items) {
      const agentId = textAt(summary, 'agentId') ?? '';
      const agent = record((await desk.get('GetAgent', { agentId }, agentId))?.agent) ?? {};
      const input = { agentId, agentVersion };
      const groups = await desk.list('ListAgentActionGroups', 'actionGroupSummaries', input, agentId);
      const actionGroups: unknown[] = [];
      for (const { actionGroupId } of groups.items) {
        const id = String(actionGroupId);
        const found = await desk.get('GetAgentActionGroup', { ...input, actionGroupId: id }, agentId, id);
        const group = record(found?.agentActionGroup);
        const executor = at(group, 'actionGroupExecutor', 'lambda');
        if (group?.actionGroupState !== 'DISABLED')
          actionGroups.push({ ...group, lambda: executor, parentActionSignature: group?.parentActionSignature });
      }
      const bases = await desk.list('ListAgentKnowledgeBases', 'agentKnowledgeBaseSummaries', input, agentId);
      const data = {
        ...summary,
        ...agent,
        guardrailIdentifier: at(agent, 'guardrailConfiguration', 'guardrailIdentifier'),
        actionGroups,
        knowledgeBaseIds: fieldsOf(bases.items, 'knowledgeBaseId'),
        Tags: await tagsOn(desk, agent.agentArn, agentId),
      };
      yield desk.fact('aws.bedrock-agent', agent.agentArn, data, agents.locator);
    }
    const bases = await desk.list('ListKnowledgeBases', 'knowledgeBaseSummaries');
    for (const summary of bases.items) {
      const knowledgeBaseId = textAt(summary, 'knowledgeBaseId') ?? '';
      const base =
        record((await desk.get('GetKnowledgeBase', { knowledgeBaseId }, knowledgeBaseId))?.knowledgeBase) ?? {};
      const sources = await desk.list('ListDataSources', 'dataSourceSummaries', { knowledgeBaseId }, knowledgeBaseId);
      const dataSources: unknown[] = [];
      for (const { dataSourceId } of sources.items) {
        const id = String(dataSourceId);
        const found = await desk.get('GetDataSource', { knowledgeBaseId, dataSourceId: id }, knowledgeBaseId, id);
        const source = record(found?.dataSource);
        dataSources.push({
          ...source,
          dataSourceId: id,
          type: at(source, 'dataSourceConfiguration', 'type'),
          bucketArn: at(source, 'dataSourceConfiguration', 's3Configuration', 'bucketArn'),
          inclusionPrefixes: array(at(source, 'dataSourceConfiguration', 's3Configuration', 'inclusionPrefixes')),
        });
      }
      const data = {
        ...base,
        storageType: at(base, 'storageConfiguration', 'type'),
        dataSources,
        Tags: await tagsOn(desk, base.knowledgeBaseArn, knowledgeBaseId),
      };
      yield desk.fact('aws.knowledge-base', base.knowledgeBaseArn, data, bases.locator);
    }
  },
} satisfies Reading;

async function tagsOn(desk: Desk, resourceArn: unknown, id: string) {
  if (typeof resourceArn !== 'string') return [];
  return tagsOf((await desk.get('ListTagsForResource', { resourceArn }, id))?.tags);
}
