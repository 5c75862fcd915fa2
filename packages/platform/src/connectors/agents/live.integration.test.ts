/** A real MCP server, made with the official SDK, asked over streamable HTTP; and servers that are none. */
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connectorConformance } from '@firebreak/contract/testing/connector-conformance';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collectEstate } from '../../facts/collect.ts';
import agents from './index.ts';

const token = 'token-of-the-inventory';
const signal = new AbortController().signal;
const called: string[] = [];
let url = '';
let server: Server;
const transports = new Map<string, StreamableHTTPServerTransport>();

function shop(): McpServer {
  const mcp = new McpServer({ name: 'shop', version: '3.1.4' });
  const tool = (name: string, annotations: object) =>
    mcp.registerTool(name, { title: `The ${name}`, annotations }, () => {
      called.push(name);
      return { content: [] };
    });
  tool('list-orders', { readOnlyHint: true, openWorldHint: false });
  tool('drop-orders', { readOnlyHint: false, destructiveHint: true });
  tool('plain', {});
  return mcp;
}

beforeAll(async () => {
  server = createServer(async (request, response) => {
    if (request.headers.authorization !== `Bearer ${token}`) {
      response.writeHead(401).end();
      return;
    }
    const known = transports.get(String(request.headers['mcp-session-id']));
    const transport =
      known ??
      new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (id) => void transports.set(id, transport),
      });
    if (known === undefined) await shop().connect(transport as never);
    await transport.handleRequest(request, response);
  });
  url = await listening(server);
  process.env.FIREBREAK_MCP_TOKEN = token;
});
afterAll(() => {
  delete process.env.FIREBREAK_MCP_TOKEN;
  server.closeAllConnections();
  server.close();
});

function listening(of: Server): Promise<string> {
  return new Promise((resolve) =>
    of.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(of.address() as AddressInfo).port}/mcp`)),
  );
}
const read = (from: string) => collectEstate(agents, { from, timeoutMs: 5000 }, signal);

connectorConformance({
  name: 'agents over a running MCP server',
  connector: agents,
  open: () => agents.connect({ from: `mcp=${url}`, timeoutMs: 5000 }, signal),
  config: { good: { from: 'mcp=http://x' }, bad: { from: '' } },
  secrets: [token],
});

test('its tools are listed with their hints, and none is called', async () => {
  const { estate, gaps } = await read(`mcp=${url}`);
  expect(gaps).toEqual([]);
  const name = url.replace('http://', '');
  expect(estate.get('agent.mcp-server', `agent:McpServer/${name}`)?.data).toMatchObject({
    name: 'shop',
    version: '3.1.4',
    listed: true,
  });
  expect(estate.all('agent.tool').map(({ data }) => [data.name, data.readOnly, data.destructive])).toEqual([
    ['drop-orders', false, true],
    ['list-orders', true, undefined],
    ['plain', undefined, undefined],
  ]);
  expect(called).toEqual([]);
});

test.each<[string, (response: import('node:http').ServerResponse) => void, string]>([
  ['a wrong token', (response) => void response.writeHead(401).end(), 'FB-HTTP-UNAUTHORIZED'],
  [
    'a web page',
    (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    'FB-HTTP-RESPONSE-INVALID',
  ],
  [
    'a redirect to elsewhere',
    (response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    'FB-HTTP-UNREACHABLE',
  ],
  ['silence', () => {}, 'FB-HTTP-TIMEOUT'],
  [
    'bytes without end',
    (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(1 << 16)));
      };
      response.on('drain', more);
      more();
    },
    'FB-HTTP-RESPONSE-INVALID',
  ],
])('%s is a gap', async (_, answer, code) => {
  const bad = createServer((_request, response) => answer(response));
  const address = await listening(bad);
  // Only silence is waited out: what is read to a bound takes as long as the machine needs.
  const timeoutMs = code === 'FB-HTTP-TIMEOUT' ? 1500 : 60_000;
  const { estate, gaps } = await collectEstate(agents, { from: `mcp=${address}`, timeoutMs }, signal);
  bad.closeAllConnections();
  bad.close();
  expect(estate.size).toBe(0);
  expect(gaps.map((gap) => gap.code)).toEqual([code]);
  expect(JSON.stringify(gaps)).not.toContain(token);
});

test('nobody there is a gap', async () => {
  const { gaps } = await read('mcp=http://127.0.0.1:9/mcp');
  expect(gaps.map((gap) => gap.code)).toEqual(['FB-HTTP-UNREACHABLE']);
});
