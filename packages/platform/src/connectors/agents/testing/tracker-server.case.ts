/** An MCP server over stdio, as a project would start it: `close` writes into the file that it is given. */
import { appendFileSync } from 'node:fs';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';

const [, , file = ''] = process.argv;
const server = new McpServer({ name: 'tracker', version: '1' });
server.registerTool('search', { annotations: { readOnlyHint: true } }, () => ({
  content: [{ type: 'text', text: 'found' }],
}));
server.registerTool('close', {}, () => {
  appendFileSync(file, 'closed\n');
  return { content: [{ type: 'text', text: 'closed' }] };
});
await server.connect(new StdioServerTransport());
