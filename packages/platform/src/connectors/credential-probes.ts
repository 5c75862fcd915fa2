/** All credential probes, discovered: every file in a connector's `credential-probes/` is one. Nobody keeps a list. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyCredentialProbe } from '@firebreak/contract';
import { connectors } from './index.ts';

/** In the order of their ids, each with the connector whose session it works on. */
export const credentialProbes: readonly { readonly connector: string; readonly probe: AnyCredentialProbe }[] = (
  await Promise.all(
    connectors.flatMap(({ id: connector }) => {
      const folder = join(import.meta.dirname, connector, 'credential-probes');
      if (!existsSync(folder)) return [];
      return readdirSync(folder)
        .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
        .sort()
        .map(async (file) => ({
          connector,
          probe: (
            (await import(new URL(`${connector}/credential-probes/${file}`, import.meta.url).href)) as {
              default: AnyCredentialProbe;
            }
          ).default,
        }));
    }),
  )
).sort((a, b) => (a.probe.id < b.probe.id ? -1 : 1));
