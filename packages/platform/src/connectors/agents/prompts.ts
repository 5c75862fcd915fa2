/**
 * Files that steer coding agents: whoever may write them speaks to the agent as its owner. A file belongs to one product, or, as
 * AGENTS.md does, to every agent that works in the folder.
 */
import type { AgentDraft, AgentInMaking } from './draft.ts';
import { type Place, projectAgentId } from './place.ts';

const files: readonly (readonly [pattern: RegExp, product: string | undefined])[] = [
  [/(^|\/)CLAUDE(\.local)?\.md$/, 'claude-code'],
  [/(^|\/)\.claude\/(commands|rules|output-styles|skills)\/([^/]+\/)*[^/]+\.md$/, 'claude-code'],
  [/(^|\/)GEMINI\.md$/, 'gemini-cli'],
  [/(^|\/)\.cursorrules$|(^|\/)\.cursor\/rules\/([^/]+\/)*[^/]+\.mdc?$/, 'cursor'],
  [/(^|\/)\.windsurfrules$|(^|\/)\.windsurf\/rules\/[^/]+\.md$/, 'windsurf'],
  [/(^|\/)\.clinerules$|(^|\/)\.clinerules\/[^/]+\.md$/, 'cline'],
  [/(^|\/)\.roo\/rules\/[^/]+\.md$/, 'roo'],
  [/(^|\/)\.github\/(copilot-instructions|instructions\/[^/]+\.instructions)\.md$/, 'vscode'],
  [/(^|\/)AGENTS\.md$/, undefined],
];
/** Those that read AGENTS.md by themselves. */
const anybody = new Set(['cursor', 'vscode', 'windsurf', 'cline', 'roo', 'gemini-cli', 'zed', 'kiro', 'amazon-q']);

export interface PromptFile {
  readonly place: Place;
  /** Undefined where every agent reads it. */
  readonly product: string | undefined;
}

export function promptFile(place: Place): PromptFile | undefined {
  const found = files.find(([pattern]) => pattern.test(place.path));
  return found === undefined ? undefined : { place, product: found[1] };
}

/** Gives every prompt file to the agents that read it: those of its folder or of the nearest folder above. */
export function attachPrompts(found: readonly PromptFile[], draft: AgentDraft): void {
  for (const { place, product } of found) {
    const prompt = draft.prompt(place, place.path);
    const products = product === undefined ? [...anybody] : [product];
    const readers = products.flatMap((each) => nearest(place, each, draft) ?? []);
    if (readers.length === 0) readers.push(draft.projectAgent(place, product ?? 'coding-agent'));
    for (const agent of readers) if (!agent.prompts.includes(prompt)) agent.prompts.push(prompt);
  }
}

function nearest(place: Place, product: string, draft: AgentDraft): AgentInMaking | undefined {
  for (let folder = place.folder; ; folder = folder.includes('/') ? folder.slice(0, folder.lastIndexOf('/')) : '') {
    const known = draft.get(projectAgentId({ ...place, folder }, product));
    if (known !== undefined || folder === '') return known as AgentInMaking | undefined;
  }
}
