/**
 * Kubeconfigs that lie in the source and that an MCP server is told to use: of the context that it uses, what its user's
 * credential openly says (subject of a token, name in a client certificate, role of an exec plugin). The credential itself is not
 * kept.
 */
import { X509Certificate } from 'node:crypto';
import type { FactTypes } from '@firebreak/contract';
import { array, at, field, record, text, textAt } from '../../intake/foreign.ts';
import { judge } from './held.ts';

type Credential = FactTypes['agent.credential'];

/** What a server was told: a path as written, and perhaps a context by name. */
export interface KubeconfigUse {
  readonly path: string;
  readonly context: string | undefined;
}

export function isKubeconfig(value: unknown): boolean {
  return (
    field(value, 'kind') === 'Config' &&
    array(field(value, 'contexts')).length > 0 &&
    Array.isArray(field(value, 'users'))
  );
}

/** From the variable or the flags that kubectl and its kin understand. */
export function kubeconfigUse(
  env: Readonly<Record<string, unknown>>,
  args: readonly string[],
): KubeconfigUse | undefined {
  const option = (name: string) => {
    const at_ = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
    const found = args[at_];
    return at_ < 0 || found === undefined ? undefined : found === name ? args[at_ + 1] : found.slice(name.length + 1);
  };
  const path = option('--kubeconfig') ?? text(env.KUBECONFIG);
  return path === undefined || path === '' ? undefined : { path, context: option('--context') };
}

/** The path below the home that is meant, as far as it says so: relative, or from the folder of the project. */
export function pathBelow(written: string, folder: string): string | undefined {
  const plain = written.replace(/^\$\{(workspaceFolder|workspaceRoot|PWD)\}\//, './');
  if (/^([/~$%]|[A-Za-z]:)/.test(plain) || plain.split('/').includes('..')) return undefined;
  const relative = plain.replace(/^(\.\/)+/, '');
  return folder === '' ? relative : `${folder}/${relative}`;
}

/** What the user of the context shows to the server; undefined when the context is not there. */
export function credentialOf(kubeconfig: unknown, wanted: string | undefined): Omit<Credential, 'holder'> | undefined {
  const context = wanted ?? textAt(kubeconfig, 'current-context');
  const chosen = named(field(kubeconfig, 'contexts'), context);
  const user = record(at(named(field(kubeconfig, 'users'), textAt(chosen, 'context', 'user')), 'user'));
  if (context === undefined || user === undefined) return undefined;
  const token = text(user.token);
  const certificate = text(user['client-certificate-data']);
  const said = token === undefined ? undefined : judge('token', token, 'file').held;
  const role = roleOfPlugin(user.exec);
  const name = certificate === undefined ? undefined : commonName(certificate);
  return {
    name: `kubeconfig ${context}`.slice(0, 512),
    place: 'file',
    inFile: token !== undefined || user['client-key-data'] !== undefined || user.password !== undefined,
    system: 'kubernetes',
    from: undefined,
    repository: undefined,
    marks: [
      ...(said?.marks ?? []),
      ...(name === undefined ? [] : [{ mark: 'kubernetes-user' as const, value: name }]),
      ...(role === undefined ? [] : [{ mark: 'aws-role' as const, value: role }]),
    ],
    created: said?.created,
    expires: said?.expires,
  };
}

function named(list: unknown, name: string | undefined): unknown {
  return name === undefined ? undefined : array(list).find((each) => textAt(each, 'name') === name);
}

/** `aws eks get-token --role-arn …`, `aws-iam-authenticator token -r …` */
function roleOfPlugin(exec: unknown): string | undefined {
  const args = array(field(exec, 'args')).map(String);
  return args.find((arg) => /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/.test(arg));
}

/** The API server takes the common name of a client certificate for the user's name. */
function commonName(certificate: string): string | undefined {
  try {
    const { subject } = new X509Certificate(Buffer.from(certificate, 'base64'));
    const [, name] = /^CN=(.{1,253})$/m.exec(subject) ?? [];
    return name === undefined || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name) ? undefined : name;
  } catch {
    return undefined;
  }
}
