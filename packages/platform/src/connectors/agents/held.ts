/**
 * What stands behind the variables, headers, arguments and addresses of a configuration: which of them are secrets, where they
 * come from, and what a value openly says about itself. What must stay true: a value never leaves this file. What does leave
 * is a name, a reference, an address without its secret parts, and identifiers that are no secrets by themselves (an access
 * key's id, a role's ARN, issuer and subject of a token).
 */
import type { credentialMarks, credentialPlaces } from '@firebreak/contract';
import { field, text } from '../../intake/foreign.ts';
import { type OpenAddress, openAddress, secretName, secretValue } from '../../intake/open-address.ts';

type Mark = { readonly mark: (typeof credentialMarks)[number]; readonly value: string };

export interface Held {
  readonly name: string;
  readonly place: (typeof credentialPlaces)[number];
  readonly inFile: boolean;
  readonly from?: string;
  readonly system?: string;
  readonly marks: readonly Mark[];
  readonly created?: string;
  readonly expires?: string;
}

/** Names that sound like a secret and hold where it lies, or its public part. */
const harmlessName = /(_file|_path|_dir|_url|_uri|_endpoint|_name|_type|_region|_id)$/i;
const reference = /\$\{\{?([^{}]{1,200})\}|\$([A-Za-z_]\w{0,127})|\{\{([^{}]{1,200})\}\}/;
const placeholder =
  /^(<[^<>]{0,200}>|\[[^[\]]{0,200}\]|your[-_ ].{0,200}|x{3,}|\.{3,}|\*{3,}|changeme|todo|replace[-_ ].{0,200})$/i;
const vaults = /^(op|vault|keychain|secretsmanager|ssm|gcpsm|akv|doppler|infisical):\/?\/?/i;

const systems: readonly (readonly [system: string, name: RegExp])[] = [
  ['github', /^(gh|github)[_-]/i],
  ['gitlab', /^gitlab[_-]/i],
  ['aws', /^aws[_-]/i],
  ['azure', /^azure[_-]/i],
  ['gcp', /^(google|gcp|gcloud)[_-]/i],
  ['openai', /^openai[_-]/i],
  ['anthropic', /^anthropic[_-]/i],
  ['huggingface', /^(hf|hugging_?face)[_-]/i],
  ['slack', /^slack[_-]/i],
  ['atlassian', /^(jira|confluence|atlassian)[_-]/i],
  ['notion', /^notion[_-]/i],
  ['linear', /^linear[_-]/i],
  ['qdrant', /^qdrant[_-]/i],
  ['weaviate', /^weaviate[_-]/i],
  ['milvus', /^milvus[_-]/i],
  ['kubernetes', /^kube/i],
  ['database', /^(database|db|postgres(ql)?|pg|mysql|mongo(db)?|redis|snowflake)[_-]?/i],
];
const schemes: Readonly<Record<string, string>> = {
  'postgres:': 'database',
  'postgresql:': 'database',
  'mysql:': 'database',
  'mongodb:': 'database',
  'mongodb+srv:': 'database',
  'redis:': 'database',
  'rediss:': 'database',
};

/** A variable, header or argument: what it holds when it may be a secret, and where it leads when it is an address. */
export function judge(
  name: string,
  value: unknown,
  place: Held['place'],
): { readonly held?: Held; readonly target?: string } {
  if (typeof value !== 'string' || value === '' || value.length > 100_000) {
    const named = typeof value === 'string' && value !== '';
    return named && secretName.test(name) ? { held: { name, place, inFile: true, marks: [] } } : {};
  }
  const written = value.trim();
  const from = referenceIn(written);
  const address = openAddress(written);
  const named = secretName.test(name) && !harmlessName.test(name);
  const system = systemOf(name, address?.scheme);
  const common = { name, place, ...(system === undefined ? {} : { system }) };
  const target = address === undefined || from !== undefined ? undefined : address.address;
  const leads = target === undefined ? {} : { target };
  if (from !== undefined) return named ? { held: { ...common, inFile: false, from, marks: [] } } : {};
  if (placeholder.test(written)) return named ? { held: { ...common, inFile: false, marks: [] } } : {};
  const token = written.replace(/^(bearer|basic|token)\s+/i, '');
  const marks = marksOf(token, address);
  const isSecret =
    address?.secret === true ||
    secretValue.test(token) ||
    token !== written ||
    (named && address === undefined && token.length >= 4);
  const marked = marks.some(({ mark }) => mark !== 'address');
  if (!isSecret && !marked) return leads;
  return { held: { ...common, inFile: isSecret, marks, ...timesOf(token) }, ...leads };
}

function systemOf(name: string, scheme: string | undefined): string | undefined {
  return schemes[scheme ?? ''] ?? systems.find(([, pattern]) => pattern.test(name))?.[0];
}

/** `env:GITHUB_TOKEN`, `input:token`, `op://…`; undefined for a literal. */
function referenceIn(written: string): string | undefined {
  if (vaults.test(written)) return fits(written) ? written : 'vault:unnamed';
  const found = reference.exec(written);
  const inside = (found?.[1] ?? found?.[2] ?? found?.[3])?.trim() ?? '';
  if (inside === '' || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(inside)) return undefined;
  const [plain = inside] = inside.split(':-', 1);
  return /^[a-z]+:/i.test(plain) ? plain : `env:${plain}`;
}

function marksOf(token: string, address: OpenAddress | undefined): readonly Mark[] {
  const marks: Mark[] = [];
  if (/^(AKIA|ASIA)[A-Z0-9]{16}$/.test(token)) marks.push({ mark: 'aws-access-key', value: token });
  if (/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/.test(token))
    marks.push({ mark: 'aws-role', value: token });
  const claims = claimsOf(token);
  const issuer = text(field(claims, 'iss'));
  const subject = text(field(claims, 'sub'));
  const account = /^system:serviceaccount:([a-z0-9-]+):([a-z0-9.-]+)$/.exec(subject ?? '');
  if (account !== null) marks.push({ mark: 'kubernetes-service-account', value: `${account[1]}/${account[2]}` });
  if (issuer !== undefined && fits(issuer)) marks.push({ mark: 'token-issuer', value: issuer });
  if (subject !== undefined && fits(subject)) marks.push({ mark: 'token-subject', value: subject });
  if (address !== undefined) marks.push({ mark: 'address', value: address.address });
  return marks;
}

const fits = (value: string) => value !== '' && value.length <= 512 && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(value);

/** The claims of a JSON Web Token; its signature is not looked at, they are what the token says of itself. */
function claimsOf(token: string): unknown {
  const [, payload] = /^eyJ[\w-]+\.(eyJ[\w-]+)\.[\w-]*$/.exec(token) ?? [];
  if (payload === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

function timesOf(token: string): { readonly created?: string; readonly expires?: string } {
  const claims = claimsOf(token);
  const iso = (name: string) => {
    const seconds = field(claims, name);
    return typeof seconds === 'number' && seconds > 0 && seconds < 1e11
      ? new Date(seconds * 1000).toISOString()
      : undefined;
  };
  const created = iso('iat');
  const expires = iso('exp');
  return { ...(created === undefined ? {} : { created }), ...(expires === undefined ? {} : { expires }) };
}
