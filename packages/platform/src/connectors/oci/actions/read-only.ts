import { execFile } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { defineAction, type Outcome, ociId, type ProbeResult } from '@firebreak/contract';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { shaOf } from '../../../exchange/kept-file.ts';
import { refused } from '../../../exchange/outcome.ts';
import { stateChange } from '../../../exchange/state-change.ts';
import type { OciSession } from '../session.ts';
import { type Desk, deskOf, type InRegistry, inRegistry, through, type Write } from './exchange/desk.ts';
import { changeText, dropOld, keepOld, oldText, readText } from './exchange/house-file.ts';
import { impactOf, interruptPushes } from './impact/legitimate-use.ts';

const before = z.object({
  /** What its configuration says. */
  configured: z.boolean(),
  /** What it does: whether it has a method for an upload. */
  refuses: z.boolean(),
  /** SHA-256 of the configuration, which may hold secrets and stays where it is. */
  file: z.string(),
});
type Before = z.infer<typeof before>;

const place = ['storage', 'maintenance', 'readonly', 'enabled'];
const id = (of: InRegistry) => ociId('Registry', of.registry);
const patience = { looks: 40, ms: 250 };

function set(content: string, enabled: boolean): string {
  const document = parseDocument(content);
  document.setIn(place, enabled);
  return document.toString();
}

async function read({ control: { house, registry }, signal }: Desk): Promise<Before> {
  // Any name will do: whether it takes uploads it says of all alike.
  const refuses = (await registry.readOnly('firebreak/none', signal)) === true;
  if (house.configuration === undefined) return { configured: false, refuses, file: '' };
  const { text, sha } = await readText(house.configuration.file);
  return { configured: parseDocument(text).getIn(place) === true, refuses, file: sha };
}

function configure(of: InRegistry, enabled: boolean, from: Before, was: Before): Write {
  return {
    verb: 'patch',
    object: id(of),
    request: `edit configuration of ${of.registry}`,
    body: { storage: { maintenance: { readonly: { enabled } } } },
    async make({ control: { house } }): Promise<Outcome> {
      const file = house.configuration?.file;
      if (file === undefined) return nothingGiven;
      if (enabled) {
        await keepOld(file, from.file);
        return changeText(file, from.file, (content) => set(content, true));
      }
      // Exactly as it was, where nobody touched it since; else only this one switch.
      const old = await oldText(file, was.file);
      const isOurs = old !== undefined && shaOf(set(old, true)) === from.file;
      const outcome = await changeText(file, from.file, (content) => (isOurs ? old : set(content, false)));
      if (outcome.outcome === 'done') await dropOld(file, was.file);
      return outcome;
    },
  };
}

const nothingGiven = refused(
  'FB-STEP-REFUSED',
  'No configuration and no way to restart were given (FIREBREAK_OCI_REGISTRY_CONFIG, FIREBREAK_OCI_RESTART).',
);

/** The registry reads its configuration when it starts. */
function restart(of: InRegistry): Write {
  return {
    verb: 'patch',
    object: id(of),
    request: `restart ${of.registry}`,
    async make({ control, signal }): Promise<Outcome> {
      if (control.house.configuration === undefined) return nothingGiven;
      const [program, ...parameters] = control.house.configuration.restart;
      try {
        await promisify(execFile)(program, parameters, { timeout: 60_000, maxBuffer: 1 << 16, signal });
      } catch {
        return { outcome: 'unknown', reason: 'The command that restarts the registry failed.' };
      }
      for (let looks = 0; looks < patience.looks; looks += 1) {
        const reply = await control.send({ method: 'GET', path: '/v2/' }, 'registry:catalog:*', signal);
        if (reply.ok || reply.status !== undefined) return { outcome: 'done' };
        await setTimeout(patience.ms);
      }
      return { outcome: 'unknown', reason: 'The registry was restarted and does not answer yet.' };
    },
  };
}

/**
 * Nobody pushes to any repository, moves a tag or removes an image; pulling goes on. For a distribution registry on this machine, by its
 * own maintenance mode and a restart.
 */
export default defineAction<InRegistry, Before, OciSession>({
  id: 'oci.read-only',
  title: 'Make registry read-only',
  stage: 'delivery',
  targetKinds: ['Registry'],
  params: inRegistry,
  before,
  permissions: [
    'writing the configuration of the registry and restarting it on this machine (FIREBREAK_OCI_REGISTRY_CONFIG, FIREBREAK_OCI_RESTART)',
  ],
  target: (of) => ({ kind: 'Registry', id: id(of), name: of.registry }),
  describe: (of) =>
    `Make ${of.registry} read-only and restart it: nobody pushes, moves tags or removes images; pulling goes on.`,
  undoes: (of) => `The configuration of ${of.registry} is as it was, byte by byte, and it is restarted.`,
  drastic: () => true,
  takes: () => 15,
  impact: (of, estate) => impactOf('read-only', interruptPushes(estate, of, 'Builds cannot push.')),
  ...stateChange<InRegistry, Before, OciSession, Desk, Write>(
    through((of) => `The configuration of ${of.registry}`),
    {
      read,
      isGone: () => false,
      wanted: ({ configured, refuses }) => configured && refuses,
      forward: (from, of, was) => [...(from.configured ? [] : [configure(of, true, from, was)]), restart(of)],
      back: (now, of, was) => [...(now.configured ? [configure(of, false, now, was)] : []), restart(of)],
      between: (now, _, was) => now.configured !== now.refuses && was.configured === was.refuses,
      matter: ({ configured, refuses }) => ({ configured, refuses }),
      steady: ({ configured, file }) => ({ configured, file }),
    },
  ),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const desk = await deskOf(attempt, of);
    const repository = 'firebreak/probe';
    const scope = `repository:${repository}:pull,push`;
    const tried = await desk.ask({ method: 'POST', path: `/v2/${repository}/blobs/uploads/` }, scope);
    const what = `A push to ${of.registry} is refused`;
    if (!tried.ok) {
      const evidence = `Beginning an upload got ${tried.status === undefined ? tried.reason : `status ${tried.status}`}.`;
      return [{ what, result: tried.status === 405 ? 'holds' : 'cannot-tell', evidence }];
    }
    // It was begun after all: nothing of it shall stay.
    const location = tried.header('location');
    if (location !== undefined) await desk.ask({ method: 'DELETE', path: location }, scope);
    return [{ what, result: 'fails', evidence: 'An upload could be begun.' }];
  },
});
