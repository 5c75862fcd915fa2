/** Where a call would carry something: hosts, addresses of mail, buckets, and who is named as recipient. Foreign text in, keys out. */
import type { AgentCall } from './call.ts';
import type { Leaf } from './leaves.ts';
import { nameWords } from './tool-kind.ts';

/** What an argument is to its call, from the words of its name. */
export type Role = 'recipient' | 'address' | 'command' | 'path' | 'text';

const roleWords: Readonly<Record<Exclude<Role, 'text'>, readonly string[]>> = {
  recipient: [
    'to',
    'cc',
    'bcc',
    'recipient',
    'recipients',
    'email',
    'phone',
    'channel',
    'iban',
    'account',
    'payee',
    'beneficiary',
    'invitee',
    'attendee',
    'attendees',
    'collaborator',
    'webhook',
  ],
  address: [
    'url',
    'uri',
    'href',
    'endpoint',
    'host',
    'hostname',
    'address',
    'destination',
    'domain',
    'remote',
    'callback',
    'target',
  ],
  command: ['command', 'cmd', 'script', 'code', 'shell', 'sql', 'statement', 'args'],
  path: ['path', 'file', 'filename', 'dir', 'directory', 'bucket', 'key', 'object', 'repo', 'repository', 'branch'],
};
const roleOfWord = new Map(Object.entries(roleWords).flatMap(([role, all]) => all.map((word) => [word, role as Role])));

export function roleOf({ path, text }: Leaf): Role {
  const own = nameWords(path.slice(path.lastIndexOf('.') + 1));
  const named = own.flatMap((word) => roleOfWord.get(word) ?? []).at(-1);
  if (named !== undefined) return named;
  return /^https?:\/\/\S+$/i.test(text) ? 'address' : 'text';
}

const urls = /\b(?:https?|ftp|s3|gs|wss?|ssh|git):\/\/([^\s/?#"'<>()]{1,253})/gi;
const mails = /\b[\w.+-]{1,64}@([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8})\b/gi;
const mostDestinations = 50;

/** Hosts and whole mail addresses in arguments, in lower case; recipients of other kinds as they are written. */
export function destinationsOf(call: AgentCall): readonly string[] {
  const found = new Set<string>();
  for (const leaf of call.arguments) {
    const role = roleOf(leaf);
    // Addresses in a text that is written or sent are read by people; only a command carries anything there by itself.
    if (role === 'text' || role === 'path') continue;
    for (const [, host = ''] of leaf.text.matchAll(urls)) found.add(hostOf(host));
    for (const [mail] of leaf.text.matchAll(mails)) found.add(mail.toLowerCase());
    if (role === 'recipient' && !/[@/\s]/.test(leaf.text))
      found.add(`${call.tool}: ${leaf.text.slice(0, 100).toLowerCase()}`);
    if (found.size >= mostDestinations) break;
  }
  return [...found].slice(0, mostDestinations);
}

function hostOf(authority: string): string {
  return authority
    .slice(authority.lastIndexOf('@') + 1)
    .replace(/:\d{1,5}$/, '')
    .toLowerCase();
}

/** The part of a destination that stands for its owner: the domain of a mail address, else the whole. */
export function ownerOf(destination: string): string {
  const at = destination.lastIndexOf('@');
  return at === -1 ? destination : destination.slice(at + 1);
}

/** Whether a call carries something away: it sends, or it names a host and gives it more than a name. */
export function isOutbound(call: AgentCall): boolean {
  return call.kind === 'send' || (call.kind === 'execute' && destinationsOf(call).length > 0) || isUpload(call);
}

/** `fetch` with a body, or with data in its query. */
function isUpload({ arguments: given }: AgentCall): boolean {
  const has = (keys: RegExp) => given.some(({ path, text }) => keys.test(path) && text.length > 0);
  const url = given.find((leaf) => roleOf(leaf) === 'address' && /^https?:/i.test(leaf.text));
  if (url === undefined) return false;
  const method = given.find(({ path }) => /(?:^|\.)method$/i.test(path))?.text ?? '';
  return (
    /^(?:post|put|patch)$/i.test(method) ||
    has(/(?:^|\.)(?:body|data|payload|content|file)(?:\.|$)/i) ||
    (url.text.split('?')[1] ?? '').length > 64
  );
}
