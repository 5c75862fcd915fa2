/**
 * What a repository's URL names, whoever writes it: a checkout's remote, an Argo CD source, a Flux GitRepository, a workflow.
 * A host and a path on it are what identifies a repository; the transport, the user and a trailing `.git` are not. Host names
 * and, on the hosts that fold it, paths are compared in lower case.
 */
export interface GitRepositoryName {
  /** `github.com`, with a port that is not the transport's own. */
  readonly host: string;
  /** `owner/name`, or deeper on GitLab. */
  readonly path: string;
}

/** Hosts whose repository paths are the same in any case. */
const foldsCase = (host: string) => host === 'github.com' || host === 'gitlab.com' || host === 'bitbucket.org';
const ownPorts: Readonly<Record<string, string>> = { https: '443', http: '80', ssh: '22', git: '9418' };

/**
 * `https://user@host/path.git`, `ssh://git@host:22/path`, `git@host:path`, `host/path`; undefined for what names no host
 * (a local path, a template).
 */
export function gitRepositoryName(url: string): GitRepositoryName | undefined {
  if (url.length > 2048 || /[\s{}$<>\\]/.test(url)) return undefined;
  const withScheme = /^(?:git\+)?(https?|ssh|git):\/\/(?:[^@/]*@)?([^/:@]+)(?::(\d{1,5}))?\/(.+)$/.exec(url);
  if (withScheme !== null) {
    const [, scheme = '', host = '', port, path = ''] = withScheme;
    return named(port === undefined || port === ownPorts[scheme] ? host : `${host}:${port}`, path);
  }
  const scp = /^(?:[^@/:]+@)([^/:@]+):(?!\/\/)(.+)$/.exec(url);
  if (scp !== null) return named(scp[1] ?? '', scp[2] ?? '');
  const bare = /^([a-z0-9-]+(?:\.[a-z0-9-]+)+)\/([^:@]+)$/i.exec(url);
  return bare === null ? undefined : named(bare[1] ?? '', bare[2] ?? '');
}

function named(host: string, rawPath: string): GitRepositoryName | undefined {
  const lowerHost = host.toLowerCase();
  const path = rawPath
    .replace(/[?#].*$/, '')
    .replace(/^\/+/, '')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '');
  if (path === '' || path.split('/').some((part) => part === '' || part === '.' || part === '..')) return undefined;
  return { host: lowerHost, path: foldsCase(lowerHost) ? path.toLowerCase() : path };
}
