/**
 * Facts in the making: several files say something about one agent (`.mcp.json` its servers, `.claude/settings.json` what it may
 * do without asking, `CLAUDE.md` what steers it), and several agents name one server. At the end every fact is parsed by its
 * schema, and what does not fit is a gap.
 */
import { type AgentFactKind, type AnyFact, agentFactSchemas, type FactTypes, type Gap } from '@firebreak/contract';
import { gap } from '../../intake/gap.ts';
import { openAddress } from '../../intake/open-address.ts';
import { type Held, judge } from './held.ts';
import { credentialOf, type KubeconfigUse, kubeconfigUse, pathBelow } from './kubeconfig.ts';
import { launchOf } from './launch.ts';
import { mcpServerId, modelEndpointId, type Place, projectAgentId, promptId, restOf } from './place.ts';

export const agentFactKinds = Object.keys(agentFactSchemas) as AgentFactKind[];

type Writable<T> = { -readonly [K in keyof T]: T[K] };
export type AgentInMaking = Writable<FactTypes['agent.agent']>;
type ServerUse = FactTypes['agent.agent']['servers'][number];

/** An MCP server as configurations write it, whatever they call the fields. */
export interface WrittenServer {
  readonly command?: string | undefined;
  readonly args?: readonly unknown[];
  readonly env?: Readonly<Record<string, unknown>>;
  readonly url?: string | undefined;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly transport?: FactTypes['agent.mcp-server']['transport'] | undefined;
}

/** Names of variables by which retrieval servers are told where to look. */
const storeAddress = /^(QDRANT|WEAVIATE|MILVUS|CHROMA|PGVECTOR|PINECONE)_(URL|URI|HOST|ADDRESS)$/;
const storeCollection = /^((QDRANT|WEAVIATE|MILVUS|CHROMA)_)?(COLLECTION|COLLECTION_NAME|INDEX_NAME)$/;

const maxFacts = 200_000;

export class AgentDraft {
  readonly #data = new Map<string, { kind: AgentFactKind; data: object; locator: string }>();
  readonly #gaps: Gap[] = [];
  readonly #kubeconfigs = new Map<string, unknown>();
  readonly #kubeconfigUses = new Map<string, KubeconfigUse & { readonly place: Place }>();
  readonly #kinds: readonly string[] = agentFactKinds;

  /** The agent with this id, made when it is new. */
  agent(id: string, place: Place, name: string, framework: string): AgentInMaking {
    return this.#made(id, 'agent.agent', place, () => ({
      name,
      framework,
      file: place.path,
      repository: place.repository,
      models: [],
      prompts: [],
      servers: [],
      tools: [],
      delegates: [],
      retrieves: [],
      credentials: [],
      hooks: [],
      home: place.home,
    })) as AgentInMaking;
  }

  projectAgent(place: Place, product: string): AgentInMaking {
    return this.agent(projectAgentId(place, product), place, product, product);
  }

  /** An MCP server and the agent's use of it. */
  server(
    agent: AgentInMaking | undefined,
    place: Place,
    name: string,
    written: WrittenServer,
    use: Partial<Omit<ServerUse, 'server'>> = {},
  ): string {
    const address = written.url === undefined ? undefined : openAddress(written.url)?.address;
    const id = this.serverAs(mcpServerId(place, name, address), place, name, written);
    const usage: ServerUse = { server: id, approval: 'unknown', automatic: [], denied: [], only: [], ...use };
    const known = agent?.servers.findIndex((each) => each.server === id) ?? -1;
    const first = agent?.servers[known];
    if (first === undefined) agent?.servers.push(usage);
    // Named twice: no one place of it is the whole of it.
    else if (first.file !== usage.file || first.called !== usage.called)
      agent?.servers.splice(known, 1, { ...first, file: undefined, called: undefined });
    if (agent !== undefined && address !== undefined) this.#holdForServer(agent, place, name, address, written);
    return id;
  }

  /** What a client shows to a server that it reaches by address is the client's, and other clients have others. */
  #holdForServer(agent: AgentInMaking, place: Place, name: string, address: string, written: WrittenServer): void {
    const holder = mcpServerId(place, name, undefined);
    const held: { credentials: string[] } = { credentials: [] };
    this.holdAll(held, holder, place, 'header', written.headers ?? {});
    this.holdAll(held, holder, place, 'environment', written.env ?? {});
    if (openAddress(written.url ?? '')?.secret === true)
      this.#hold(held.credentials, holder, place, { name: 'address', place: 'address', inFile: true, marks: [] });
    for (const id of held.credentials) {
      const credential = this.get(id) as Writable<FactTypes['agent.credential']>;
      if (!credential.marks.some(({ mark }) => mark === 'address'))
        credential.marks = [...credential.marks, { mark: 'address', value: address }];
      agent.credentials.push(id);
    }
  }

  /** An MCP server under an id of its own system. */
  serverAs(id: string, place: Place, name: string, written: WrittenServer): string {
    const open = written.url === undefined ? undefined : openAddress(written.url);
    const args = (written.args ?? []).filter((arg) => typeof arg === 'string');
    const server = this.#made(id, 'agent.mcp-server', place, () => ({
      name: name.slice(0, 512),
      transport:
        written.transport ?? (open === undefined ? (written.command === undefined ? 'unknown' : 'stdio') : 'http'),
      address: open?.address,
      launch: launchOf(written.command, args),
      credentials: [],
      targets: [],
      listed: false,
    })) as Writable<FactTypes['agent.mcp-server']>;
    if (open === undefined) this.holdAll(server, id, place, 'environment', written.env ?? {});
    this.#readArguments(server, id, place, args);
    const use = kubeconfigUse(written.env ?? {}, args);
    if (use !== undefined) this.#kubeconfigUses.set(id, { ...use, place });
    server.targets.push(...retrievalOf(written.env ?? {}));
    server.targets = [...this.upTo(100, [...new Set(server.targets)], place)];
    return id;
  }

  /** Variables or headers of somebody: secrets become credentials, addresses become targets. */
  holdAll(
    holder: { credentials: string[]; targets?: string[] },
    id: string,
    place: Place,
    kind: Held['place'],
    named: Readonly<Record<string, unknown>>,
  ): void {
    const judged = this.upTo(500, Object.entries(named), place).map(([name, value]) => ({
      name,
      ...judge(name, value, kind),
    }));
    for (const { target } of judged) if (target !== undefined) holder.targets?.push(target);
    const stores = judged.flatMap(({ name, target }) => {
      const [, software] = storeAddress.exec(name) ?? [];
      return target === undefined || software === undefined ? [] : [[software.toLowerCase(), target] as const];
    });
    for (const held of withKeyIds(judged.flatMap((each) => each.held ?? []))) {
      const store = stores.find(([software]) => software === held.system)?.[1];
      const marks = store === undefined ? held.marks : [...held.marks, { mark: 'address' as const, value: store }];
      this.#hold(holder.credentials, id, place, { ...held, marks });
    }
  }

  prompt(place: Place, file: string, part = ''): string {
    const id = promptId(place, file, part);
    const name = part === '' ? file.replace(/^.*\//, '') : part;
    this.#made(id, 'agent.prompt', place, () => ({
      name,
      file,
      repository: place.repository,
      inline: part !== '',
    }));
    return id;
  }

  model(
    agent: AgentInMaking,
    place: Place,
    written: {
      readonly provider?: string | undefined;
      readonly model?: string | undefined;
      readonly address?: string | undefined;
    },
  ): void {
    const open = written.address === undefined ? undefined : openAddress(written.address);
    const provider = written.provider?.toLowerCase();
    const id = modelEndpointId(provider, open?.address);
    this.#made(id, 'agent.model-endpoint', place, () => ({ provider, address: open?.address }));
    if (agent.models.some((each) => each.endpoint === id && each.model === written.model)) return;
    agent.models.push({ endpoint: id, model: written.model });
  }

  tool(server: string, place: Place, tool: Omit<FactTypes['agent.tool'], 'server'>): void {
    this.#made(`agent:Tool/${restOf(server)}/${tool.name}`, 'agent.tool', place, () => ({ ...tool, server }));
  }

  /** A fact of any kind, taken as it is. */
  fact(id: string, kind: AgentFactKind, place: Place, data: object): void {
    this.#made(id, kind, place, () => data);
  }

  forEachAgent(visit: (agent: AgentInMaking) => void): void {
    for (const { kind, data } of [...this.#data.values()]) if (kind === 'agent.agent') visit(data as AgentInMaking);
  }

  /** What its configuration calls an MCP server. */
  nameOf(server: string): string | undefined {
    return (this.#data.get(server)?.data as { name?: string } | undefined)?.name;
  }

  get(id: string): object | undefined {
    return this.#data.get(id)?.data;
  }

  kubeconfig(place: Place, value: unknown): void {
    this.#kubeconfigs.set(`${place.home}/${place.path}`, value);
  }

  /** Once everything was read: gives servers the credentials of the kubeconfigs that they use. */
  attachKubeconfigs(): void {
    for (const [id, { path, context, place }] of this.#kubeconfigUses) {
      const below = pathBelow(path, place.folder);
      const found = below === undefined ? undefined : this.#kubeconfigs.get(`${place.home}/${below}`);
      const credential = found === undefined ? undefined : credentialOf(found, context);
      const server = this.get(id) as { credentials: string[] } | undefined;
      if (credential !== undefined && server !== undefined) this.#hold(server.credentials, id, place, credential);
    }
  }

  /** The first so many; that there are more is said. */
  upTo<T>(limit: number, values: readonly T[], place: Place): readonly T[] {
    if (values.length <= limit) return values;
    const reason = `A list of ${values.length} was read up to number ${limit}.`;
    this.#gaps.push(gap('FB-FILE-TOO-LARGE', this.#kinds, place.locator, reason));
    return values.slice(0, limit);
  }

  gap(found: Gap): void {
    this.#gaps.push(found);
  }

  /** Everything, in the order of the ids. */
  finish(): { readonly facts: readonly AnyFact[]; readonly gaps: readonly Gap[] } {
    const facts: AnyFact[] = [];
    for (const [id, { kind, data, locator }] of [...this.#data].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const parsed = agentFactSchemas[kind].safeParse(data);
      if (parsed.success && /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,2048}$/u.test(id))
        facts.push({ id, kind, data: parsed.data, source: { connector: 'agents', locator } } as AnyFact);
      else {
        const issue = parsed.error?.issues[0];
        const reason = `${issue?.path.join('.') ?? 'its name'}: ${issue?.message ?? 'not usable'}.`;
        this.#gaps.push(gap('FB-OBJECT-INVALID', [kind], locator, reason));
      }
    }
    return { facts, gaps: this.#gaps };
  }

  #made(id: string, kind: AgentFactKind, place: Place, make: () => object): object {
    const known = this.#data.get(id);
    if (known !== undefined) return known.data;
    const data = make();
    if (this.#data.size < maxFacts) this.#data.set(id, { kind, data, locator: place.locator });
    else if (this.#data.size === maxFacts && this.#gaps.every(({ code }) => code !== 'FB-FILE-TOO-LARGE'))
      this.#gaps.push(
        gap('FB-FILE-TOO-LARGE', this.#kinds, place.locator, `More than ${maxFacts} things; the rest was left out.`),
      );
    return data;
  }

  #hold(
    credentials: string[],
    holder: string,
    place: Place,
    held: Omit<FactTypes['agent.credential'], 'holder'> | Held,
  ): void {
    const id = `agent:Credential/${restOf(holder)}/${held.name}`;
    this.#made(id, 'agent.credential', place, () => ({ ...held, holder, repository: place.repository }));
    if (!credentials.includes(id)) credentials.push(id);
  }

  /** `--token x`, `--token=x`, `-e NAME=x`, `--header "Name: x"`, and addresses anywhere. */
  #readArguments(
    server: { credentials: string[]; targets: string[] },
    id: string,
    place: Place,
    args: readonly string[],
  ): void {
    for (const [index, arg] of this.upTo(500, args, place).entries()) {
      const before = args[index - 1] ?? '';
      const assigned = /^(-{0,2}[A-Za-z_][\w-]{0,127})=(.*)$/s.exec(arg);
      const header = /^([A-Za-z][\w-]{0,127}):\s?(.*)$/s.exec(arg);
      if (assigned !== null && !arg.includes('://', 0)) {
        const isVariable = ['-e', '--env'].includes(before);
        this.holdAll(server, id, place, isVariable ? 'environment' : 'argument', { [bare(assigned[1])]: assigned[2] });
      } else if (assigned !== null) {
        this.holdAll(server, id, place, 'argument', { [bare(assigned[1])]: assigned[2] });
      } else if (header !== null && /^(-H|--header)$/.test(before)) {
        this.holdAll(server, id, place, 'header', { [header[1] ?? '']: header[2] });
      } else if (['-e', '--env'].includes(before) && /^[A-Za-z_]\w{0,127}$/.test(arg)) {
        this.holdAll(server, id, place, 'environment', { [arg]: `\${${arg}}` });
      } else {
        const flag = /^-{1,2}[A-Za-z][\w-]{0,127}$/.test(before) ? bare(before) : 'argument';
        this.holdAll(server, id, place, 'argument', { [flag]: arg });
      }
    }
  }
}

/** An AWS key is two variables: the id says whose it is, the other one is the secret. An id alone opens nothing. */
function withKeyIds(held: readonly Held[]): readonly Held[] {
  const isKeyId = ({ marks, inFile }: Held) => !inFile && marks.some(({ mark }) => mark === 'aws-access-key');
  const ids = held.filter(isKeyId).flatMap(({ marks }) => marks);
  return held
    .filter((each) => !isKeyId(each))
    .map((each) => (/secret_?access_?key/i.test(each.name) ? { ...each, marks: [...each.marks, ...ids] } : each));
}

const bare = (flag = '') => flag.replace(/^-+/, '');

/** Address of a store, with the collection where one is named: `http://qdrant:6333#docs`. */
function retrievalOf(env: Readonly<Record<string, unknown>>): readonly string[] {
  const address = Object.entries(env).find(([name, value]) => storeAddress.test(name) && typeof value === 'string');
  const collection = Object.entries(env).find(
    ([name, value]) => storeCollection.test(name) && typeof value === 'string',
  );
  const open = openAddress(String(address?.[1] ?? ''));
  const named = String(collection?.[1] ?? '');
  if (open === undefined || !/^[\w.-]{1,200}$/.test(named)) return [];
  return [`${open.address}#${named}`];
}
