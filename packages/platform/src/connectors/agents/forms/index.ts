/** All forms, in the order in which they are tried: the first that knows a document has it. */
import { a2a } from './a2a.ts';
import { autoGen } from './autogen.ts';
import { claudeCode, claudeSubAgents } from './claude-code.ts';
import { crewAi } from './crewai.ts';
import type { Form } from './form.ts';
import { kagent } from './kagent.ts';
import { langGraph } from './langgraph.ts';
import { mcpClients } from './mcp-clients.ts';
import { openAi } from './openai.ts';
import { openApiTools } from './openapi.ts';
import { serverManifest } from './server-manifest.ts';

export const forms: readonly Form[] = [
  claudeCode,
  claudeSubAgents,
  langGraph,
  crewAi,
  kagent,
  a2a,
  serverManifest,
  openApiTools,
  autoGen,
  openAi,
  mcpClients,
];
