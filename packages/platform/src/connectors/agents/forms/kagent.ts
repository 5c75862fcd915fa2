/**
 * kagent's custom resources (`kagent.dev`): Agent, ModelConfig, RemoteMCPServer, MCPServer. They name each other, secrets and
 * services within a namespace; ids are by namespace and name, because that is what identifies them in a cluster.
 */
import { array, at, field, record, text, textAt } from '../../../intake/foreign.ts';
import type { AgentDraft } from '../draft.ts';
import type { Place } from '../place.ts';
import type { Form } from './form.ts';
import { names } from './mcp-clients.ts';

const idOf = (kind: string, namespace: string, name: string) => `agent:${kind}/kagent/${namespace}/${name}`;

export const kagent: Form = {
  name: 'kagent',
  read(value, place, draft) {
    const apiVersion = textAt(value, 'apiVersion') ?? '';
    const [name] = names([textAt(value, 'metadata', 'name')]);
    if (!/^kagent\.dev\//.test(apiVersion) || name === undefined) return false;
    const [namespace = 'default'] = names([textAt(value, 'metadata', 'namespace')]);
    switch (field(value, 'kind')) {
      case 'Agent':
        readAgent(value, name, namespace, place, draft);
        return true;
      case 'ModelConfig':
        readModel(value, name, namespace, place, draft);
        return true;
      case 'RemoteMCPServer':
      case 'MCPServer':
      case 'ToolServer':
        readServer(value, name, namespace, place, draft);
        return true;
      default:
        return false;
    }
  },
};

function readAgent(value: unknown, name: string, namespace: string, place: Place, draft: AgentDraft): void {
  const id = idOf('Agent', namespace, name);
  const agent = draft.agent(id, place, name, 'kagent');
  const spec = record(at(value, 'spec', 'declarative')) ?? record(field(value, 'spec'));
  if (textAt(spec, 'systemMessage') !== undefined) agent.prompts.push(draft.prompt(place, place.path, name));
  const [model] = names([textAt(spec, 'modelConfig')]);
  if (model !== undefined) agent.models.push({ endpoint: idOf('ModelEndpoint', namespace, model), model: undefined });
  for (const tool of draft.upTo(200, array(spec?.tools), place)) {
    const server = record(field(tool, 'mcpServer'));
    const [target] = names([textAt(server, 'name') ?? textAt(server, 'toolServer')]);
    const approval = names(array(server?.requireApproval));
    if (target !== undefined)
      agent.servers.push({
        server: idOf('McpServer', textAt(server, 'namespace') ?? namespace, target),
        approval: approval.length > 0 ? 'asked' : 'automatic',
        automatic: [],
        denied: [],
        only: names(array(server?.toolNames)),
      });
    const [other] = names([textAt(tool, 'agent', 'name') ?? textAt(tool, 'agent', 'ref')]);
    if (other !== undefined)
      agent.delegates.push(idOf('Agent', textAt(tool, 'agent', 'namespace') ?? namespace, other));
  }
}

function readModel(value: unknown, name: string, namespace: string, place: Place, draft: AgentDraft): void {
  const [provider] = names([textAt(value, 'spec', 'provider')?.toLowerCase()]);
  const [address] = names([
    textAt(value, 'spec', 'openAI', 'baseUrl') ??
      textAt(value, 'spec', 'azureOpenAI', 'azureEndpoint') ??
      textAt(value, 'spec', 'ollama', 'host'),
  ]);
  const id = idOf('ModelEndpoint', namespace, name);
  draft.fact(id, 'agent.model-endpoint', place, { provider, address });
  const secret = textAt(value, 'spec', 'apiKeySecret') ?? textAt(value, 'spec', 'apiKeySecretRef');
  // Older versions write `namespace/name`.
  const [holder, secretName] = secret?.includes('/') ? secret.split('/', 2) : [namespace, secret];
  if (secretName === undefined || names([`${holder}${secretName}`]).length === 0) return;
  draft.fact(`agent:Credential/kagent/${namespace}/${name}/api-key`, 'agent.credential', place, {
    holder: id,
    name: 'api-key',
    place: 'environment',
    inFile: false,
    from: `kubernetes:Secret/${holder}/${secretName}`,
    system: provider,
    marks: [],
  });
}

function readServer(value: unknown, name: string, namespace: string, place: Place, draft: AgentDraft): void {
  const spec = record(field(value, 'spec'));
  const url =
    textAt(spec, 'url') ?? textAt(spec, 'config', 'streamableHttp', 'url') ?? textAt(spec, 'config', 'sse', 'url');
  const deployment = record(spec?.deployment) ?? record(at(spec, 'config', 'stdio'));
  const image = textAt(deployment, 'image');
  const id = idOf('McpServer', namespace, name);
  const command = text(deployment?.cmd) ?? text(deployment?.command);
  draft.serverAs(id, place, name, {
    command: command ?? (image === undefined ? undefined : 'docker'),
    args: command === undefined && image !== undefined ? ['run', image] : array(deployment?.args),
    env: record(deployment?.env) ?? {},
    url,
  });
  const headers = [...array(spec?.headersFrom), ...array(deployment?.secretRefs)];
  for (const header of draft.upTo(50, headers, place)) {
    const [secret] = names([textAt(header, 'valueFrom', 'name') ?? textAt(header, 'name')]);
    const isSecret = textAt(header, 'valueFrom', 'type') !== 'ConfigMap';
    if (secret === undefined || !isSecret) continue;
    const credential = `agent:Credential/kagent/${namespace}/${name}/${secret}`;
    const from = `kubernetes:Secret/${namespace}/${secret}`;
    draft.fact(credential, 'agent.credential', place, {
      holder: id,
      name: secret,
      place: 'header',
      inFile: false,
      from,
      marks: [],
    });
    (draft.get(id) as { credentials?: string[] } | undefined)?.credentials?.push(credential);
  }
}
