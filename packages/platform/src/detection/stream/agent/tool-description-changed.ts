/**
 * A tool says of itself something else than before: its description or the form of its arguments. A model reads both as instructions,
 * and whoever runs the server can change them after people agreed to the tool ("rug pull"). Servers are updated too; a text that
 * talks to a model, or names tools of others, is another thing.
 */
import type { Detected, NormalEvent, SeenEvent } from '@firebreak/contract';
import { textOf } from '../../../events/otlp/attributes.ts';
import { recordedJson } from '../../../events/recorded-json.ts';
import { array, at, field, printable, textAt } from '../../../intake/foreign.ts';
import { canonicalJson } from '../../../kernel/canonical-json.ts';
import { sha256Hex } from '../../../kernel/digest.ts';
import { attributesIn, named, settingOf } from '../../agent/call.ts';
import { instructionIn } from '../../agent/instruction.ts';
import { agentDetector } from '../../agent/running.ts';

const most = { tools: 1000, versions: 10, definitions: 200 };

interface Definition {
  readonly tool: string;
  readonly server: string | undefined;
  /** Where only the description is told, it is not compared with what has the arguments too. */
  readonly part: 'description' | 'definition';
  readonly text: string;
  readonly digest: string;
}
interface Agent {
  /** By server, tool and part: digests, the newest last, and the event that told the last. */
  readonly tools: Map<string, { digests: string[]; last: NormalEvent }>;
}

export default agentDetector<null, Agent>(
  {
    id: 'agent/tool-description-changed',
    status: 'stable',
    severity: 'medium',
    title: 'A tool describes itself differently than before',
    techniques: ['asi.asi04', 'atlas.aml.t0110', 'llm.llm03'],
    explain: {
      what: 'The description or the arguments of a tool differ from all that were seen of it before. High when the new text talks to a model or names other tools.',
      why: 'A model obeys descriptions. A server that was agreed to once can say something else tomorrow.',
      next: 'Compare the two texts. Was the server updated by its owner? If not, take it from the agents and look at calls since the change.',
    },
    falsePositives: ['An update of the server. Descriptions that hold a date or a list of what is there now.'],
  },
  () => ({
    conversation: () => null,
    agent: () => ({ tools: new Map() }),
    *event(seen, agents): Generator<Detected> {
      const definitions = definitionsIn(seen);
      if (definitions.length === 0) return;
      const { agent } = settingOf(seen);
      const { tools } = agents(agent);
      const names = definitions.map(({ tool }) => tool.toLowerCase());
      for (const each of definitions) yield* compare(each, seen.event, agent, tools, names);
    },
    *call() {
      // What a call says of its tool is in its event.
    },
  }),
);

function* compare(
  of: Definition,
  event: NormalEvent,
  agent: string,
  tools: Agent['tools'],
  names: readonly string[],
): Generator<Detected> {
  const key = `${of.part} ${of.tool} ${of.server ?? ''}`;
  const known = tools.get(key);
  if (known === undefined || known.digests.includes(of.digest)) {
    tools.delete(key);
    tools.set(key, { digests: known?.digests ?? [of.digest], last: event });
    for (const oldest of tools.keys()) {
      if (tools.size <= most.tools) break;
      tools.delete(oldest);
    }
    return;
  }
  // What was said before the newest known is an old version that comes late.
  if (event.time < known.last.time) return;
  const others = names.filter(
    (name) => name !== of.tool.toLowerCase() && name.length >= 6 && of.text.toLowerCase().includes(name),
  );
  const talks = instructionIn(of.text);
  const says = [
    ...(talks === undefined ? [] : [`It ${talks}.`]),
    ...(others.length === 0 ? [] : [`It names ${others.slice(0, 3).join(', ')}.`]),
  ].join(' ');
  yield {
    group: `${agent} ${key} ${of.digest}`,
    events: [known.last, event],
    severity: talks === undefined && others.length === 0 ? 'medium' : 'high',
    note: `${named(of.tool, of.server)} now says of itself: "${printable(of.text, 160)}". ${says}`.trimEnd(),
  };
  tools.set(key, { digests: [...known.digests.slice(1 - most.versions), of.digest], last: event });
}

/** Tools that a model was offered, that a server listed, and the one that was called. */
function definitionsIn({ raw }: SeenEvent): readonly Definition[] {
  const told = attributesIn(raw);
  if (told.size === 0) return [];
  const server = textOf(told, 'url.full', 'server.address', 'mcp.server.name');
  const listed =
    textOf(told, 'mcp.method.name', 'mcp.method') === 'tools/list' ? told.get('mcp.response.value') : undefined;
  const offered = recordedJson(told.get('gen_ai.tool.definitions'));
  const tools = [...array(offered), ...array(at(recordedJson(listed), 'tools'))].slice(0, most.definitions);
  const definitions = tools.flatMap((each): Definition[] => {
    const tool = field(each, 'function') ?? each;
    const name = textAt(tool, 'name');
    if (name === undefined) return [];
    const text = textAt(tool, 'description') ?? '';
    const form = field(tool, 'parameters') ?? field(tool, 'inputSchema') ?? field(tool, 'input_schema') ?? null;
    return [definition(name, server, 'definition', text, written({ text, form }))];
  });
  const [name, text] = [textOf(told, 'gen_ai.tool.name'), textOf(told, 'gen_ai.tool.description')];
  return name === undefined || text === undefined
    ? definitions
    : [...definitions, definition(name, server, 'description', text, text)];
}

function definition(
  tool: string,
  server: string | undefined,
  part: Definition['part'],
  text: string,
  whole: string,
): Definition {
  return { tool: tool.slice(0, 200), server, part, text: text.slice(0, 16_384), digest: sha256Hex(whole).slice(0, 32) };
}

/** The order of names does not matter, except in what canonical JSON cannot say (broken Unicode). */
function written(value: object): string {
  try {
    return canonicalJson(value);
  } catch {
    return JSON.stringify(value);
  }
}
