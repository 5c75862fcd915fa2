/** IP networks in CIDR notation, both families, compared as numbers. */
export interface Network {
  readonly bits: 32 | 128;
  readonly address: bigint;
  readonly prefix: number;
}

/** An address or a network; undefined for text that is neither. */
export function networkOf(text: string): Network | undefined {
  const [address = '', length] = text.trim().split('/', 2);
  const parsed = addressOf(address);
  if (parsed === undefined) return undefined;
  const prefix = length === undefined ? parsed.bits : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  return prefix <= parsed.bits ? { ...parsed, prefix } : undefined;
}

export function inNetwork(text: string, network: Network): boolean {
  const parsed = addressOf(text.trim());
  if (parsed === undefined || parsed.bits !== network.bits) return false;
  const ignored = BigInt(network.bits - network.prefix);
  return parsed.address >> ignored === network.address >> ignored;
}

function addressOf(text: string): Omit<Network, 'prefix'> | undefined {
  return text.includes(':') ? sixOf(text) : fourOf(text);
}

function fourOf(text: string): Omit<Network, 'prefix'> | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return { bits: 32, address: parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n) };
}

function sixOf(text: string): Omit<Network, 'prefix'> | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const front = head ?? [];
  const back = tail ?? [];
  const missing = 8 - front.length - back.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...front, ...new Array<string>(Math.max(missing, 0)).fill('0'), ...back];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return { bits: 128, address: groups.reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n) };
}
