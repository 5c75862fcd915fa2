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
 * A registry can also be acted on, see `actions/`: by its API, and one of one's own by its files on this machine, see `house.ts`.
 *
 * Credentials come from FIREBREAK_OCI_USERNAME and FIREBREAK_OCI_PASSWORD, or from a docker configuration
 * (FIREBREAK_OCI_CONFIG, DOCKER_CONFIG, ~/.docker/config.json) as `docker login` writes it; helper programs are not run.
 */
import { stat } from 'node:fs/promises';
import { type Connector, FirebreakError } from '@firebreak/contract';
import { z } from 'zod';
import { textAt } from '../../intake/foreign.ts';
import { isOf } from './actions/exchange/desk.ts';
import { actions } from './actions/index.ts';
import { collectRegistry } from './collect.ts';
import { openControl } from './control.ts';
import { credentialFor } from './credentials.ts';
import { houseOf } from './house.ts';
import { collectLayouts } from './layout.ts';
import { permissionsText } from './permissions.ts';
import { openRegistry } from './registry.ts';
import type { OciSession } from './session.ts';
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

const oci: Connector<OciConfig, OciSession> = {
  id: 'oci',
  title: 'OCI registry',
  config: config as z.ZodType<OciConfig>,
  permissions: permissionsText,
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
    const control = openControl(registry, houseOf(process.env), settings.timeoutMs);
    return { kind: 'registry', registry, limits: settings, control };
  },
  close: async (session) => {
    if (session.kind === 'layout') return;
    await session.registry.close();
    await session.control.close();
  },
  collect: (session, signal) =>
    session.kind === 'layout'
      ? collectLayouts(session.folder, session.name, signal)
      : collectRegistry(session.registry, session.limits, signal),
  address: (session) => (session.kind === 'layout' ? session.folder : session.registry.address),
  canAct: ({ kind }) => kind === 'registry',
  answersFor: (session, params) => {
    const registry = textAt(params, 'registry');
    const repository = textAt(params, 'repository');
    if (session.kind === 'layout' || registry === undefined) return false;
    return isOf(session.control, { registry, ...(repository === undefined ? {} : { repository }) });
  },
  lacks: async (session) => {
    const house = session.kind === 'layout' ? undefined : session.control.house;
    const needs = [
      { id: 'oci.suspend-user', is: house?.htpasswd },
      { id: 'oci.read-only', is: house?.configuration },
    ];
    return needs.flatMap(({ id, is }) =>
      is === undefined ? [{ action: id, rights: actions.find((each) => each.id === id)?.permissions ?? [] }] : [],
    );
  },
  actions,
};

export default oci;
