/**
 * What a tool does, from the words of its name: nobody tells it otherwise (MCP's `destructiveHint` and the like are the tool's own
 * claim). The words of what has the most serious effect win, so that `search_and_delete` deletes.
 */
const toolKinds = [
  'secret',
  'execute',
  'delete',
  'send',
  'delegate',
  'memory',
  'write',
  'search',
  'list',
  'read',
  'other',
] as const;
export type ToolKind = (typeof toolKinds)[number];

const words: Readonly<Record<Exclude<ToolKind, 'other'>, readonly string[]>> = {
  secret: [
    'secret',
    'secrets',
    'credential',
    'credentials',
    'token',
    'tokens',
    'password',
    'vault',
    'keychain',
    'apikey',
  ],
  execute: [
    'exec',
    'execute',
    'run',
    'shell',
    'bash',
    'eval',
    'python',
    'command',
    'terminal',
    'deploy',
    'apply',
    'restart',
    'rollout',
  ],
  delete: ['delete', 'remove', 'drop', 'purge', 'destroy', 'truncate', 'revoke', 'terminate'],
  send: [
    'send',
    'post',
    'email',
    'reply',
    'forward',
    'upload',
    'publish',
    'push',
    'share',
    'notify',
    'transfer',
    'pay',
    'webhook',
    'export',
    'invite',
  ],
  delegate: ['delegate', 'spawn', 'handoff', 'subagent', 'invoke', 'subagents'],
  memory: ['memory', 'remember', 'memorize', 'memories'],
  write: [
    'write',
    'create',
    'update',
    'set',
    'edit',
    'insert',
    'put',
    'patch',
    'append',
    'add',
    'commit',
    'merge',
    'grant',
    'move',
    'rename',
    'modify',
    'schedule',
    'close',
    'open',
  ],
  search: ['search', 'find', 'lookup', 'grep', 'browse', 'query', 'ask', 'retrieve'],
  list: ['list', 'ls', 'enumerate', 'describe', 'index'],
  read: [
    'read',
    'get',
    'fetch',
    'load',
    'download',
    'view',
    'show',
    'cat',
    'open',
    'select',
    'summarize',
    'inspect',
    'check',
  ],
};
/** A verb of reading in front says that what follows is only looked at: `list_credentials` is serious all the same. */
const readers = new Set([...words.search, ...words.list, ...words.read, 'open']);
const kindOfWord = new Map<string, ToolKind>();
for (const kind of toolKinds)
  if (kind !== 'other') for (const word of words[kind]) if (!kindOfWord.has(word)) kindOfWord.set(word, kind);

export function toolKind(tool: string): ToolKind {
  const parts = nameWords(tool);
  const kinds = parts.flatMap((part) => kindOfWord.get(part) ?? []);
  if (kinds.includes('secret')) return 'secret';
  const [first] = parts;
  if (first !== undefined && readers.has(first)) {
    const own = kindOfWord.get(first);
    // `read_email` reads and `search_and_delete` deletes: nouns of sending do not count behind a reader, verbs of harm do.
    const harm = kinds.find((kind) => kind === 'delete' || kind === 'execute');
    return harm ?? (own === undefined || own === 'write' ? 'read' : own);
  }
  return toolKinds.find((kind) => kinds.includes(kind)) ?? 'other';
}

/** Something outside of the conversation changes by it, or leaves. */
export function hasEffects(kind: ToolKind): boolean {
  return (
    kind === 'execute' ||
    kind === 'delete' ||
    kind === 'send' ||
    kind === 'delegate' ||
    kind === 'write' ||
    kind === 'memory'
  );
}

/** Words of a name, whatever they are joined by, in lower case. */
export function nameWords(name: string): readonly string[] {
  return name
    .slice(0, 200)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((part) => part !== '');
}
