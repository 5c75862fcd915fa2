/**
 * Kubernetes: a live cluster by its API, or manifests. `kubernetes:<kubeconfig | folder | file | - | in-cluster>`.
 */
import { stat } from 'node:fs/promises';
import { type Connector, FirebreakError } from '@firebreak/contract';
import { z } from 'zod';
import { printable } from '../../intake/foreign.ts';
import { codeOf } from '../../intake/walk.ts';
import { actions } from './actions/index.ts';
import { collect, type KubernetesSession } from './collect.ts';
import { openManifests } from './files.ts';
import { lacks } from './lacks.ts';
import { isKubeconfig } from './live/kubeconfig.ts';
import { defaultLimits, openLive } from './live.ts';
import { permissionsYaml } from './permissions.ts';
import { watchFacts } from './watch.ts';

const config = z.object({
  /** A kubeconfig, a folder or file of manifests, `-` for manifests on standard input, or `in-cluster`. */
  from: z.string().min(1),
  /** Context of the kubeconfig; its current one when absent. */
  context: z.string().optional(),
  /** Milliseconds for one request. */
  timeoutMs: z.number().int().positive().default(defaultLimits.timeoutMs),
  /** Bytes of one manifest, or of one item of a list. */
  maxDocumentBytes: z
    .number()
    .int()
    .positive()
    .default(4 * 1024 * 1024),
});
type KubernetesConfig = z.output<typeof config>;

const kubernetes: Connector<KubernetesConfig, KubernetesSession> = {
  id: 'kubernetes',
  title: 'Kubernetes',
  config: config as z.ZodType<KubernetesConfig>,
  permissions: (wanted) => permissionsYaml(wanted, actions),
  parse: (spec) => {
    if (spec === '')
      throw new FirebreakError('FB-USAGE', 'kubernetes: needs a kubeconfig, a folder, a file, - or in-cluster.');
    return config.parse({ from: spec });
  },
  connect: async (settings) => {
    const limits = { ...defaultLimits, timeoutMs: settings.timeoutMs };
    if (settings.from === 'in-cluster') return openLive({ inCluster: true }, limits);
    const manifests = () => openManifests({ path: settings.from, maxDocumentBytes: settings.maxDocumentBytes });
    if (settings.from === '-') return manifests();
    await stat(settings.from).catch((error: unknown) => {
      throw new FirebreakError(
        'FB-SOURCE-UNREADABLE',
        `${printable(settings.from)} cannot be opened (${codeOf(error)}).`,
      );
    });
    if (await isKubeconfig(settings.from)) return openLive({ file: settings.from, context: settings.context }, limits);
    return manifests();
  },
  close: (session) => session.close(),
  collect,
  canAct: ({ collect: manifests }) => manifests === undefined,
  watch: (session, signal) => (session.collect === undefined ? watchFacts(session, signal) : unchanging()),
  address: (session) => session.address,
  lacks: (session, signal) => (session.collect === undefined ? lacks(session, actions, signal) : Promise.resolve([])),
  actions,
};

/** Manifests do not change by themselves: what was collected stays until somebody collects again. */
async function* unchanging(): AsyncGenerator<never> {}

export default kubernetes;
