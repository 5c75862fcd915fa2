/**
 * A running MCP server, asked over streamable HTTP what tools it offers (the official SDK speaks). Servers that a client would
 * start over stdio are not started: that would run foreign code, the very thing that an inventory of them is there to judge.
 *
 * Bounds: one deadline for everything, a limit on the bytes of an answer, on pages and on tools. The bearer token is sent to the
 * origin of the address and nowhere else; redirects are not followed.
 */

import type { Gap } from '@firebreak/contract';
import { FirebreakError } from '@firebreak/contract';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { printable } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';
import { openAddress } from '../../intake/open-address.ts';
import type { AgentDraft } from './draft.ts';
import { names } from './forms/mcp-clients.ts';
import { mcpServerId, type Place } from './place.ts';

export interface LiveServer {
  readonly url: string;
  readonly token: string | undefined;
  readonly timeoutMs: number;
}
const maxPages = 100;
const maxTools = 5000;
const maxAnswerBytes = 16 * 1024 * 1024;
const kinds = ['agent.mcp-server', 'agent.tool'];

export async function readLiveServer(server: LiveServer, draft: AgentDraft, signal: AbortSignal): Promise<void> {
  const address = openAddress(server.url)?.address ?? '';
  const place: Place = { home: 'live', path: '', folder: '', repository: undefined, locator: address };
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(server.timeoutMs)]);
  const id = mcpServerId(place, 'mcp', address);
  const client = new Client({ name: 'firebreak', version: '1' }, { capabilities: {} });
  const problem = (reason: string): Gap => gap('FB-HTTP-RESPONSE-INVALID', kinds, address, reason);
  try {
    const transport = new StreamableHTTPClientTransport(new URL(server.url), {
      requestInit: {
        redirect: 'error',
        ...(server.token === undefined ? {} : { headers: { authorization: `Bearer ${server.token}` } }),
      },
      fetch: bounded(deadline),
      reconnectionOptions: {
        maxRetries: 0,
        initialReconnectionDelay: 1,
        maxReconnectionDelay: 1,
        reconnectionDelayGrowFactor: 1,
      },
    });
    // The SDK's own type of a transport does not know exact optional properties.
    await client.connect(transport as Parameters<Client['connect']>[0], {
      signal: deadline,
      timeout: server.timeoutMs,
    });
    const about = client.getServerVersion();
    const [name = address] = names([about?.name]);
    const [version] = names([about?.version]);
    const credentials: string[] = [];
    draft.fact(id, 'agent.mcp-server', place, {
      name,
      transport: 'http',
      address,
      credentials,
      targets: [],
      listed: true,
      version,
    });
    if (client.getServerCapabilities()?.tools === undefined) return;
    let cursor: string | undefined;
    let tools = 0;
    for (let page = 0; page < maxPages; page += 1) {
      const listed = await client.listTools(cursor === undefined ? {} : { cursor }, {
        signal: deadline,
        timeout: server.timeoutMs,
      });
      for (const tool of listed.tools) {
        tools += 1;
        if (tools > maxTools) {
          draft.gap(gap('FB-HTTP-ENDLESS', kinds, address, `It has more than ${maxTools} tools.`));
          return;
        }
        const [toolName] = names([tool.name]);
        const [title] = names([tool.title ?? tool.annotations?.title]);
        const {
          readOnlyHint: readOnly,
          destructiveHint: destructive,
          openWorldHint: openWorld,
        } = tool.annotations ?? {};
        if (toolName === undefined) draft.gap(problem('A tool has a name that is not one line.'));
        else draft.tool(id, place, { name: toolName, title, readOnly, destructive, openWorld });
      }
      cursor = listed.nextCursor;
      if (cursor === undefined) return;
    }
    draft.gap(gap('FB-HTTP-ENDLESS', kinds, address, `It has more than ${maxPages} pages of tools.`));
  } catch (error) {
    if (signal.aborted) throw new FirebreakError('FB-CANCELLED', 'Asking the server was stopped.', { cause: error });
    draft.gap(gapOf(error, deadline.aborted, address));
  } finally {
    await client.close().catch(() => {});
  }
}

function gapOf(error: unknown, expired: boolean, address: string): Gap {
  if (expired) return gap('FB-HTTP-TIMEOUT', kinds, address, 'It did not answer in time.');
  const status = error instanceof Error && 'code' in error ? error.code : undefined;
  const name = error instanceof Error ? error.name : '';
  if (status === 401 || name === 'UnauthorizedError')
    return gap('FB-HTTP-UNAUTHORIZED', kinds, address, 'It does not accept the token, or wants one.');
  if (status === 403) return gap('FB-HTTP-FORBIDDEN', kinds, address, 'It does not allow this.');
  if (error instanceof TypeError) return gap('FB-HTTP-UNREACHABLE', kinds, address, 'There is no connection.');
  return gap('FB-HTTP-RESPONSE-INVALID', kinds, address, `It does not speak MCP over HTTP (${printable(name, 60)}).`);
}

/** `fetch` with a deadline and a limit on bytes. */
function bounded(deadline: AbortSignal): typeof fetch {
  return async (input, init) => {
    const signal =
      init?.signal === undefined || init.signal === null ? deadline : AbortSignal.any([deadline, init.signal]);
    const response = await fetch(input, { ...init, redirect: 'error', signal });
    if (response.body === null) return response;
    let length = 0;
    const counted = response.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          length += chunk.byteLength;
          if (length > maxAnswerBytes) controller.error(new RangeError('too large'));
          else controller.enqueue(chunk);
        },
      }),
    );
    return new Response(counted, {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
    });
  };
}
