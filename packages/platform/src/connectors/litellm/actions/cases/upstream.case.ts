/** What stands behind a proxy of the tests: a server that speaks OpenAI's chat API, and one that speaks MCP. Both on loopback. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';

export interface Upstream {
  readonly url: string;
  /** Names of models, or of tools, in the order in which they were asked. */
  readonly asked: string[];
  /** Models that fail. */
  readonly failing: Set<string>;
  stop(): Promise<void>;
}

export async function startModels(): Promise<Upstream> {
  const asked: string[] = [];
  const failing = new Set<string>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { model = '', stream = false } = JSON.parse(Buffer.concat(chunks).toString() || '{}') as {
      model?: string;
      stream?: boolean;
    };
    asked.push(model);
    const logprobs = { content: [{ token: 'I', logprob: -0.123456789, bytes: [73], top_logprobs: [] }] };
    if (stream) {
      const part = { id: 'chat', object: 'chat.completion.chunk', created: 1, model };
      const delta = { role: 'assistant', content: `I am ${model}.` };
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const choice of [
        { index: 0, delta, logprobs, finish_reason: null },
        { index: 0, delta: {}, finish_reason: 'stop' },
      ])
        response.write(`data: ${JSON.stringify({ ...part, choices: [choice] })}\n\n`);
      response.end('data: [DONE]\n\n');
      return;
    }
    const answer = failing.has(model)
      ? { error: { message: 'It fails, as the test wants it.', type: 'server_error' } }
      : {
          id: 'chat',
          object: 'chat.completion',
          created: 1,
          model,
          choices: [
            {
              index: 0,
              message: { role: 'assistant', content: `I am ${model}.` },
              finish_reason: 'stop',
              logprobs,
            },
          ],
          usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
        };
    response.writeHead(failing.has(model) ? 500 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  });
  return { ...(await listening(server)), asked, failing };
}

/** One tool, `search`, without sessions: every request has a server of its own. */
export async function startTools(): Promise<Upstream> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const mcp = new McpServer({ name: 'tracker', version: '1' });
    mcp.registerTool('search', { description: 'Searches issues.' }, () => {
      asked.push('search');
      return { content: [{ type: 'text', text: 'found' }] };
    });
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
    response.on('close', () => void mcp.close());
    // The SDK's own type of a transport does not know exact optional properties.
    await mcp.connect(transport as Parameters<typeof mcp.connect>[0]);
    await transport.handleRequest(request, response);
  });
  const started = await listening(server);
  return { ...started, url: `${started.url}/mcp`, asked, failing: new Set() };
}

async function listening(server: Server): Promise<Pick<Upstream, 'url' | 'stop'>> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
