import { defineAction } from '@firebreak/contract';
import { z } from 'zod';
import { type FileState, fileChange, fileState } from '../../../exchange/file-change.ts';
import { valueAt } from '../../../exchange/text-edits.ts';
import { record } from '../../../intake/foreign.ts';
import { entriesOf, productOf } from '../forms/mcp-clients.ts';
import type { AgentsSession } from '../session.ts';
import { deskOf, nameOf, ofAgent, readAgain, untilRestarted, wordParam } from './exchange/desk.ts';
import { impactOf } from './impact/legitimate-use.ts';

const params = z.object({ ...ofAgent, /** As the file calls it. */ server: wordParam });
type Params = z.infer<typeof params>;

/** Switched off where the product knows a word for it; else the entry is taken out. */
const { look: _, ...change } = fileChange<Params, AgentsSession>(deskOf, {
  file: ({ file }) => file,
  object: ({ agent }) => agent,
  places(value, { file, server }) {
    const product = productOf(file);
    const entries = entriesOf(value, product, server);
    return product.off === undefined ? entries : entries.map((path) => [...path, product.off ?? '']);
  },
  edits(value, { file, server }) {
    const product = productOf(file);
    return entriesOf(value, product, server).flatMap((path) => {
      if (product.off === undefined) return [{ path }];
      return record(valueAt(value, path))?.[product.off] === true
        ? []
        : [{ path: [...path, product.off], value: true }];
    });
  },
  shown({ file, server }) {
    const { off, servers } = productOf(file);
    const place = [...(servers[0] ?? []), server];
    return off === undefined ? { remove: place } : { set: [...place, off], to: true };
  },
});

/** Takes an MCP server away from an agent, in the file that gives it. */
export default defineAction<Params, FileState, AgentsSession>({
  id: 'agents.detach-mcp-server',
  title: 'Detach MCP server from agent',
  stage: 'access',
  targetKinds: ['Agent'],
  params,
  before: fileState,
  permissions: ['write the file, and beside it'],
  target: (of) => ({ kind: 'Agent', id: of.agent, name: nameOf(of) }),
  describe: (of) =>
    `Take MCP server ${of.server} away from ${nameOf(of)}, in ${of.file}. Agents that run have to be restarted.`,
  undoes: (of) => `${of.file} is as it was, to the byte, or with what others changed in it since.`,
  drastic: () => false,
  takes: () => 5,
  impact: (of, estate) => impactOf('detach-mcp-server', estate, of.agent, `It has the tools of ${of.server} no more.`),
  ...change,
  probe: async (attempt, of) => {
    const agent = await readAgain(attempt, of.agent);
    const isUsed = agent?.servers.some(({ called }) => called === of.server) === true;
    return [
      {
        what: `${nameOf(of)} is not given MCP server ${of.server} when it starts`,
        result: isUsed ? 'fails' : 'holds',
        evidence: `Its files were read again: it has ${agent?.servers.length ?? 0} servers.`,
      },
      untilRestarted(of),
    ];
  },
});
