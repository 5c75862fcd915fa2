import { defineAction, litellmId } from '@firebreak/contract';
import { z } from 'zod';
import type { JsonDesk, JsonWrite } from '../../../exchange/json-desk.ts';
import { refused } from '../../../exchange/outcome.ts';
import { stateChange } from '../../../exchange/state-change.ts';
import { array, field, textAt } from '../../../intake/foreign.ts';
import type { LitellmSession } from '../session.ts';
import { deskOf, proxyExchange, serverParam, wordParam } from './exchange/desk.ts';
import { impactOf, interruptKeys } from './impact/legitimate-use.ts';

const params = z.object({ server: serverParam, /** The proxy's own id of it. */ id: wordParam, name: wordParam });
type Params = z.infer<typeof params>;
const before = z.object({
  /** `active`, `pending_review`, `rejected`; null when there is none. */
  status: z.string().nullable(),
  /** Whether it stands in the proxy's file. */
  inFile: z.boolean(),
});
type Before = z.infer<typeof before>;

const id = ({ server, name }: Params) => litellmId('McpServer', server, name);
const path = (of: Params) => `/v1/mcp/server/${encodeURIComponent(of.id)}`;
const set = (of: Params, verdict: 'reject' | 'approve'): JsonWrite => ({
  verb: 'patch',
  object: id(of),
  method: 'PUT',
  path: `${path(of)}/${verdict}`,
  body: verdict === 'reject' ? { review_notes: 'Detached by Firebreak.' } : {},
});

async function read(desk: JsonDesk, of: Params): Promise<Before> {
  const answer = await desk.get(path(of));
  if (answer === null) return { status: null, inFile: false };
  const status = textAt(answer, 'approval_status') ?? 'active';
  return { status, inFile: field(answer, 'is_config') === true };
}

/**
 * Takes an MCP server out of the running proxy by withdrawing its approval: its address and its credential stay in the proxy's database,
 * so that it comes back as it was without anybody having seen them.
 */
export default defineAction<Params, Before, LitellmSession>({
  id: 'litellm.detach-mcp-server',
  title: 'Detach MCP server from the gateway',
  stage: 'access',
  targetKinds: ['McpServer'],
  params,
  before,
  permissions: [
    'GET /v1/mcp/server',
    'GET /v1/mcp/server/{server_id}',
    'PUT /v1/mcp/server/{server_id}/approve',
    'PUT /v1/mcp/server/{server_id}/reject',
  ],
  target: (of) => ({ kind: 'McpServer', id: id(of), name: of.name }),
  describe: (of) => `Detach MCP server ${of.name} from the proxy ${of.server}: nobody calls its tools through it.`,
  undoes: (of) => `MCP server ${of.name} is approved again; the notes of its review say that it was detached.`,
  drastic: () => false,
  takes: () => 3,
  impact: (of, estate) =>
    impactOf('detach-mcp-server', [
      { who: { kind: 'McpServer', id: id(of), name: of.name }, what: 'Nobody calls its tools.', weight: 2 },
      ...interruptKeys(
        estate,
        of.server,
        ({ mcp }) => [of.id, of.name].some((name) => mcp.servers.includes(name) || Object.hasOwn(mcp.tools, name)),
        `It was given the tools of ${of.name}.`,
      ),
    ]),
  ...stateChange<Params, Before, LitellmSession, JsonDesk, JsonWrite>(
    proxyExchange((of) => `MCP server ${of.name}`),
    {
      read,
      isGone: ({ status }) => status === null,
      goneIsWanted: true,
      objection: ({ inFile }) => (inFile ? 'It stands in the proxy’s file, which the API may not change.' : undefined),
      wanted: ({ status }) => status === 'rejected',
      forward: (_, of) => [set(of, 'reject')],
      back: (now, of, was) => {
        if (now.status === null) return refused('FB-HTTP-NOT-FOUND', `MCP server ${of.name} was deleted since.`);
        // What waited for its review went out of reach by us and was never within it: there is no way back to waiting.
        if (was.status !== 'active')
          return refused('FB-UNDO-IMPOSSIBLE', 'It waited for a review, and does so no more.');
        return [set(of, 'approve')];
      },
    },
  ),
  probe: async (attempt, of) => {
    const desk = deskOf(attempt, of.server);
    const listed = array(await desk.get('/v1/mcp/server')).some((entry) => textAt(entry, 'server_id') === of.id);
    return [
      {
        what: `The running proxy offers MCP server ${of.name} to nobody`,
        result: listed ? 'fails' : 'holds',
        evidence: `It is ${listed ? 'still' : 'not'} in the list of servers that it offers an administrator.`,
      },
    ];
  },
});
