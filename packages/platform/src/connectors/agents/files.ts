/** Agent configuration from a folder, a file or standard input. */
import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { AnyFact, Gap } from '@firebreak/contract';
import { checkouts } from '../../intake/checkout.ts';
import { readCommentedJson } from '../../intake/documents/commented-json.ts';
import { openSource, ReadingFailed, readDocumentsOf } from '../../intake/documents/read-documents.ts';
import { printable } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';
import { makeGapTally } from '../../intake/gap-tally.ts';
import { AgentDraft, type AgentInMaking, agentFactKinds } from './draft.ts';
import { applyRules, frontMatter } from './forms/claude-code.ts';
import { forms } from './forms/index.ts';
import { isKubeconfig } from './kubeconfig.ts';
import { type Place, placeOf } from './place.ts';
import { attachPrompts, type PromptFile, promptFile } from './prompts.ts';

const maxBytes = 4 * 1024 * 1024;
/** What a folder is searched for: structured files, and the files that steer agents. */
const structured = /\.(json|jsonc|ya?ml)$|(^|\/)(OAI_CONFIG_LIST|kubeconfig|\.kube\/config)$/i;
const steering =
  /(^|\/)(CLAUDE(\.local)?|AGENTS|GEMINI)\.md$|(^|\/)\.(cursor|windsurf|cline)rules$|(^|\/)\.(claude|cursor|windsurf|roo|clinerules|github)\/.*\.mdc?$/;
const settings =
  /^\.(mcp\.json|claude(\.json)?|cursor|cursorrules|vscode|windsurf|windsurfrules|codeium|zed|gemini|roo|cline|clinerules|amazonq|kiro|kube|github|well-known|config)$/;

export async function readAgentFiles(
  path: string,
  signal: AbortSignal,
  input?: AsyncIterable<Uint8Array>,
  /** Takes up what the files belong to: repositories, or the source itself. */
  homes?: Set<string>,
): Promise<{ readonly facts: readonly AnyFact[]; readonly gaps: readonly Gap[] }> {
  const isFolder = path !== '-' && (await stat(path)).isDirectory();
  const root = path === '-' ? undefined : resolve(isFolder ? path : dirname(path));
  const checkoutOf = root === undefined ? async () => undefined : checkouts(root);
  const draft = new AgentDraft();
  const prompts: PromptFile[] = [];
  const tally = makeGapTally(20);
  const say = (found: Gap) => {
    for (const told of tally.add(found)) draft.gap(told);
  };
  const source = {
    path,
    kinds: agentFactKinds,
    wanted: (file: string) => structured.test(file) || steering.test(file),
    hidden: (name: string) => settings.test(name),
    ...(input === undefined ? {} : { input }),
  };
  for await (const { name, chunks } of openSource(source, signal)) {
    if ('gap' in chunks) {
      say(chunks.gap);
      continue;
    }
    const checkout = await checkoutOf(name);
    const home = checkout?.name ?? (root === undefined ? 'stdin' : basename(root));
    homes?.add(printable(home, 1024));
    const inHome = checkout === undefined || checkout.folder === '' ? name : name.slice(checkout.folder.length + 1);
    const place = placeOf(home, inHome, checkout?.address, printable(name, 1024));
    const prompt = promptFile(place);
    if (prompt !== undefined) prompts.push(prompt);
    const isText = prompt !== undefined || /\.mdc?$/.test(name);
    if (isText && !/(^|\/)\.claude\/agents\//.test(name)) continue;
    const bytes = await wholeFile(chunks, name, say);
    if (bytes === undefined) continue;
    let known = false;
    for (const value of await valuesOf(bytes, name, say, signal)) known = readValue(value, place, draft) || known;
    if (!known && !isFolder)
      say(gap('FB-OBJECT-IGNORED', [], name, 'It is in no form of agent configuration that we know.'));
  }
  attachPrompts(prompts, draft);
  draft.attachKubeconfigs();
  draft.forEachAgent((agent: AgentInMaking) => applyRules(agent, (server) => draft.nameOf(server)));
  const { facts, gaps } = draft.finish();
  return { facts, gaps: [...gaps, ...tally.rest()] };
}

function readValue(value: unknown, place: Place, draft: AgentDraft): boolean {
  if (isKubeconfig(value)) {
    draft.kubeconfig(place, value);
    return true;
  }
  return forms.some((form) => form.read(value, place, draft));
}

async function wholeFile(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  say: (found: Gap) => void,
): Promise<Buffer | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of chunks) {
      length += chunk.byteLength;
      if (length > maxBytes) {
        say(gap('FB-FILE-TOO-LARGE', agentFactKinds, name, `It is longer than ${maxBytes} bytes.`));
        return undefined;
      }
      parts.push(chunk);
    }
  } catch (error) {
    if (!(error instanceof ReadingFailed)) throw error;
    say(error.gap);
    return undefined;
  }
  return Buffer.concat(parts);
}

/** What is written in the file: JSON with or without comments, YAML documents, or the front matter of a text. */
async function valuesOf(
  bytes: Buffer,
  name: string,
  say: (found: Gap) => void,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  if (
    /\.(json|jsonc)$|OAI_CONFIG_LIST$/i.test(name) ||
    (/^\s*[[{]/.test(bytes.toString('latin1', 0, 64)) && !/\.ya?ml$/i.test(name))
  ) {
    const { value, problem } = readCommentedJson(bytes);
    if (problem !== undefined) say(gap(problem.code, agentFactKinds, `${name} line ${problem.line}`, problem.reason));
    return value === undefined ? [] : [value];
  }
  const front = /\.mdc?$/.test(name) ? frontMatter(bytes.toString('utf8')) : undefined;
  if (/\.mdc?$/.test(name) && front === undefined) return [];
  const values: unknown[] = [];
  const text = front === undefined ? bytes : Buffer.from(front);
  for await (const read of readDocumentsOf(text, name, { kinds: agentFactKinds }, signal)) {
    if ('gap' in read) say(read.gap);
    else values.push(read.document.value);
  }
  return values;
}
