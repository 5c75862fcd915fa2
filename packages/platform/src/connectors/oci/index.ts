/**
 * A registry of images and artifacts by the OCI distribution API, or an OCI layout in a folder.
 *
 *     oci:registry.example[:port][/prefix]      over TLS (plain HTTP on this machine only)
 *     oci:http[s]://registry.example/prefix     as written; `#name` behind it when others know the registry by another name
 *     oci:<folder>                              OCI layouts in a folder; `#registry/repository` says what they are copies of
 *
 * It reads repositories, tags, manifests, indexes, configurations, and who speaks of an image: referrers by the API or by the
 * fallback tags, and cosign's tags. Layers are never fetched and nothing is ever written, an upload that is only begun
 * included: what a registry does not tell without a write stays unknown, and is a gap. Signatures are found, not verified.
 *
 * Credentials come from FIREBREAK_OCI_USERNAME and FIREBREAK_OCI_PASSWORD, or from a docker configuration
 * (FIREBREAK_OCI_CONFIG, DOCKER_CONFIG, ~/.docker/config.json) as `docker login` writes it; helper programs are not run.
 */
import { stat } from 'node:fs/promises';
import { type Connector, FirebreakError } from '@firebreak/contract';
import { z } from 'zod';
import { collectRegistry } from './collect.ts';
import { credentialFor } from './credentials.ts';
import { collectLayouts } from './layout.ts';
import { openRegistry, type Registry } from './registry.ts';
import { type Target, targetOf } from './target.ts';

const config = z.object({
  from: z.string().min(1),
  /** Milliseconds for one answer. */
  timeoutMs: z.number().int().positive().default(30_000),
  /** Repositories that are read. */
  maxRepositories: z.number().int().positive().default(5000),
  /** Tags of one repository that are read. */
  maxTags: z.number().int().positive().default(300),
});
export type OciConfig = z.output<typeof config>;

type Session =
  | { readonly kind: 'registry'; readonly registry: Registry; readonly limits: OciConfig }
  | { readonly kind: 'layout'; readonly folder: string; readonly name: string | undefined };

const oci: Connector<OciConfig, Session> = {
  id: 'oci',
  title: 'OCI registry',
  config: config as z.ZodType<OciConfig>,
  permissions: () => `# What Firebreak needs of a registry: to pull, and to list repositories. It never pushes.
# Token service (distribution token specification), scopes:
registry:catalog:*
repository:<each repository>:pull
# htpasswd of a distribution registry knows no rights: any of its users will do.
# Harbor: a robot account with "List Repository", "Pull Repository" and "List Tag". GitLab: a token with read_registry.
# Amazon ECR: ecr:GetAuthorizationToken, ecr:BatchGetImage, ecr:GetDownloadUrlForLayer, ecr:ListImages.
`,
  parse: (spec) => {
    if (spec === '') throw new FirebreakError('FB-USAGE', 'oci: needs a registry or a folder.');
    return config.parse({ from: spec });
  },
  connect: async (settings) => {
    const [path = '', name] = settings.from.split('#');
    const folder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
    if (folder) return { kind: 'layout', folder: path, name };
    const target: Target | undefined = targetOf(settings.from);
    if (target === undefined)
      throw new FirebreakError('FB-SOURCE-UNREADABLE', 'It is neither a folder nor the name or address of a registry.');
    const { credential, gaps } = await credentialFor(target, process.env);
    const registry = openRegistry(target, credential, { timeoutMs: settings.timeoutMs, gaps });
    return { kind: 'registry', registry, limits: settings };
  },
  close: async (session) => {
    if (session.kind === 'registry') await session.registry.close();
  },
  collect: (session, signal) =>
    session.kind === 'layout'
      ? collectLayouts(session.folder, session.name, signal)
      : collectRegistry(session.registry, session.limits, signal),
  address: (session) => (session.kind === 'layout' ? session.folder : session.registry.address),
  actions: [],
};

export default oci;
