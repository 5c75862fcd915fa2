/**
 * A kubeconfig, or the credential of the pod that we run in → what a request needs. Everything that kubectl understands is
 * left to the official client: certificates, token files, exec plugins, OIDC. It is large, hence loaded only here.
 *
 * What must stay true: nothing of a credential gets into an error. The official client and its YAML reader quote the file in
 * theirs, so only reasons that we know to be harmless are passed on.
 */
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createSecureContext } from 'node:tls';
import { FirebreakError } from '@firebreak/contract';
import type { KubeConfig } from '@kubernetes/client-node';
import { load, YAMLException } from 'js-yaml';
import { array, field, printable, text, textAt } from '../../../intake/foreign.ts';

export type KubeconfigSource =
  | { readonly file: string; readonly context?: string | undefined }
  | { readonly inCluster: true };

interface Tls {
  readonly ca?: Buffer | string;
  readonly cert?: Buffer | string;
  readonly key?: Buffer | string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}
export interface Access {
  readonly server: URL;
  readonly namespace: string | undefined;
  readonly tls: Tls;
  /** An HTTP proxy to go through. */
  readonly proxy: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

const maxBytes = 1024 * 1024;

function invalid(why: string): FirebreakError {
  return new FirebreakError('FB-K8S-KUBECONFIG-INVALID', why);
}

/**
 * Whether a file is a kubeconfig, judged by how it looks: a broken one must be reported as such and not be read as manifests.
 * False for what cannot be read or is too large.
 */
export async function isKubeconfig(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined || !found.isFile() || found.size > maxBytes) return false;
  const content = await readFile(file, 'utf8').catch(() => '');
  if (content.trimStart().startsWith('{')) {
    try {
      const value: unknown = JSON.parse(content);
      return field(value, 'kind') === 'Config' && Array.isArray(field(value, 'clusters'));
    } catch {
      // Broken JSON: the reader of manifests says where.
      return false;
    }
  }
  // Only at the margin: ConfigMaps hold whole kubeconfigs as text.
  return /^kind:[ \t]*["']?Config["']?[ \t\r]*$/m.test(content) && /^clusters:/m.test(content);
}

/** Reads the credential. Called again when the server stops accepting it: a plugin or a file may have a newer one. */
export async function openAccess(source: KubeconfigSource): Promise<Access> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  if ('file' in source) await loadFile(config, source.file, source.context);
  else {
    if (!process.env.KUBERNETES_SERVICE_HOST)
      throw invalid('We do not run inside a cluster: KUBERNETES_SERVICE_HOST is not set.');
    config.loadFromCluster();
  }
  const context = config.getContextObject(config.getCurrentContext());
  const cluster = config.getCurrentCluster();
  const user = config.getCurrentUser();
  if (context === null || cluster === null) throw invalid('Its current context names no cluster.');
  const server = URL.canParse(cluster.server) ? new URL(cluster.server) : undefined;
  if (server === undefined || !['http:', 'https:'].includes(server.protocol))
    throw invalid('The server of its current context is not an http or https address.');
  if (cluster.proxyUrl !== undefined && !/^https?:/.test(cluster.proxyUrl))
    throw invalid('Its proxy-url is not an http or https address; other proxies are not supported.');
  if (server.protocol === 'http:') {
    // The client refuses plain HTTP unless told that nothing is verified, which for plain HTTP is the truth.
    config.clusters = config.clusters.map((each) => (each === cluster ? { ...each, skipTLSVerify: true } : each));
  }
  const options: { headers: Record<string, unknown> } & Record<string, unknown> = { headers: {} };
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    throw invalid(`Its credential for user ${printable(user?.name ?? '(none)')} cannot be had: ${harmless(error)}`);
  }
  const basic = user?.username ? Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64') : undefined;
  return {
    server,
    namespace: context.namespace,
    tls: tlsOf(options),
    proxy: cluster.proxyUrl,
    headers: {
      ...Object.fromEntries(
        Object.entries(options.headers).map(([name, value]) => [name.toLowerCase(), String(value).trim()]),
      ),
      ...(basic === undefined ? {} : { authorization: `Basic ${basic}` }),
    },
  };
}

async function loadFile(config: KubeConfig, file: string, context: string | undefined): Promise<void> {
  let content: string;
  try {
    if ((await stat(file)).size > maxBytes) throw invalid(`${printable(file)} is larger than a kubeconfig can be.`);
    content = await readFile(file, 'utf8');
  } catch (error) {
    throw error instanceof FirebreakError ? error : invalid(`${printable(file)}: ${harmless(error)}`);
  }
  let value: unknown;
  try {
    value = load(content);
  } catch (error) {
    throw invalid(`${printable(file)}: ${harmless(error)}`);
  }
  const name = context ?? text(field(value, 'current-context'));
  const contexts = array(field(value, 'contexts')).map((each) => textAt(each, 'name'));
  if (name === undefined || name === '') throw invalid(`${printable(file)} has no current-context.`);
  if (!contexts.includes(name)) throw invalid(`${printable(file)} has no context ${printable(name)}.`);
  try {
    config.loadFromString(content);
  } catch (error) {
    throw invalid(`${printable(file)}: ${harmless(error)}`);
  }
  config.makePathsAbsolute(dirname(file));
  config.setCurrentContext(name);
}

function tlsOf(options: Readonly<Record<string, unknown>>): Tls {
  const tls = {
    ...(options.ca === undefined ? {} : { ca: options.ca as Buffer }),
    ...(options.cert === undefined ? {} : { cert: options.cert as Buffer }),
    ...(options.key === undefined ? {} : { key: options.key as Buffer }),
    ...(typeof options.servername === 'string' ? { servername: options.servername } : {}),
    ...(options.rejectUnauthorized === false ? { rejectUnauthorized: false } : {}),
  };
  try {
    createSecureContext(tls);
  } catch (error) {
    throw invalid(`Its certificates or keys cannot be used: ${harmless(error)}`);
  }
  return tls;
}

/** What an error says without quoting the file: a YAML reason, a system code, or the client's own short complaint. */
function harmless(error: unknown): string {
  if (error instanceof YAMLException) return `${printable(error.reason)} (line ${(error.mark?.line ?? 0) + 1}).`;
  if (error instanceof Error && 'code' in error) return `${printable(String(error.code))}.`;
  // The official client's complaints about missing fields: `clusters[0].cluster.server is missing`.
  const complaint =
    error instanceof Error ? /^(clusters|contexts|users)\[\d+\][\w.[\]-]* is missing$/.exec(error.message) : null;
  return complaint === null ? 'the client refuses it.' : `${complaint[0]}.`;
}
