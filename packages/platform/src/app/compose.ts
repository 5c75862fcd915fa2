/**
 * The only file that knows everybody: it gives the command line its world. Each part of it is read when a command first asks for it:
 * together they are three thousand files, and nobody in a hurry should wait for those of a server to learn where incidents stand.
 */
import type { World } from '../cli/world.ts';
import { version } from './version.ts';

const localEstate = () => import('./local-estate.ts');

export const world: World = {
  version,
  actions: async () => (await localEstate()).actions,
  open: async (...request) => (await localEstate()).open(...request),
  plan: async (...request) => (await localEstate()).plan(...request),
  comparePlans: async (...request) => (await localEstate()).comparePlans(...request),
  check: async (...request) => (await localEstate()).check(...request),
  permissions: async (...request) => (await localEstate()).permissions(...request),
  openDesk: async (...request) => (await import('./local-desk.ts')).openDesk(...request),
  openHistory: async (where) => (await import('./local-history.ts')).openHistory(where),
  openPublisher: async (...request) => (await import('./nats-publisher.ts')).openPublisher(...request),
  serve: async (options) => (await import('./serve.ts')).serve(options),
  serveWitness: async (options) => (await import('./serve-witness.ts')).serveWitness(options),
  image: async (name, registries, signal) => {
    const { imageSource } = await import('./promotion-gate.ts');
    const images = imageSource(registries);
    try {
      const subject = await images.resolve({ kind: 'image', name, byDigest: false }, signal);
      return { subject, attached: await images.attached(subject, signal) };
    } finally {
      await images.close();
    }
  },
};
