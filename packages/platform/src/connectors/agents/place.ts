/** Where a piece of configuration stands, and the ids that follow from it. */
import { serverName } from '@firebreak/contract';
import { printable } from '../../intake/foreign.ts';

export interface Place {
  /** The repository (`github.com/acme/bot`), or the name of the source where it is none: ids begin with it. */
  readonly home: string;
  /** Path of the file below the home. */
  readonly path: string;
  /** The folder that a project's settings are for: that of the file, or above a folder like `.cursor`. Empty for the top. */
  readonly folder: string;
  /** Address of the repository. */
  readonly repository: string | undefined;
  readonly locator: string;
}

const settingsFolders = /(^|\/)(\.(?:cursor|vscode|claude|gemini|zed|windsurf|roo|amazonq|kiro|github)(?:\/.*)?)$/;

export function placeOf(home: string, path: string, repository: string | undefined, locator: string): Place {
  const parent = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
  const folder = parent.replace(settingsFolders, '');
  return { home: shown(home), path: shown(path), folder: shown(folder), repository, locator };
}

const shown = (text: string) => printable(text, 1024);
const joined = (...parts: readonly string[]) => parts.filter((part) => part !== '').join('/');

/** A client of a project: one for each folder and product, however many files set it up. */
export function projectAgentId({ home, folder }: Place, product: string): string {
  return `agent:Agent/${joined(home, folder, product)}`;
}
export function agentId({ home, path }: Place, name: string): string {
  return `agent:Agent/${joined(home, path, shown(name))}`;
}
/** By its address where it has one; else it is the one that this file starts. */
export function mcpServerId({ home, path }: Place, name: string, address: string | undefined): string {
  const server = address === undefined ? undefined : serverName(address);
  return `agent:McpServer/${server ?? joined(home, path, shown(name))}`;
}
export function promptId({ home }: Place, file: string, part = ''): string {
  return `agent:Prompt/${joined(home, shown(file))}${part === '' ? '' : `#${shown(part)}`}`;
}
/** By its address where one is given; else the provider's own. */
export function modelEndpointId(provider: string | undefined, address: string | undefined): string {
  const server = address === undefined ? undefined : serverName(address);
  return `agent:ModelEndpoint/${server ?? shown(provider ?? 'unknown')}`;
}
/** What follows the kind in an id. */
export function restOf(id: string): string {
  return id.slice(id.indexOf('/') + 1);
}
