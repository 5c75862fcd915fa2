import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import pc from 'picocolors';
import { type DataOptions, withData } from '../data-options.ts';
import { printText } from '../output.ts';
import { stopSignal } from '../source-options.ts';
import type { World } from '../world.ts';

/** `firebreak serve`: server and console. Without a kubeconfig it shows the demo estate. */
export function serveCommand(program: Command, world: World): void {
  withData(program.command('serve'))
    .description('run server and console; without --kubeconfig on an invented AI platform in memory')
    .option('--port <number>', 'port', (text) => Number.parseInt(text, 10), 7447)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--kubeconfig <file>', 'a real cluster instead of the demo')
    .option('--demo', 'the demo estate (the default)')
    .action(async (options: DataOptions & { port: number; host: string }) => {
      await world.serve({
        data: options.data,
        database: options.database,
        port: options.port,
        host: options.host,
        kubeconfig: options.kubeconfig,
        console: fileURLToPath(new URL('../../../../console/dist', import.meta.url)),
        signal: stopSignal(),
        onReady: ({ address, signInLink, notes }) => {
          void printText(
            [
              `Firebreak ${world.version} on ${pc.bold(address)}, ${options.kubeconfig === undefined ? 'showing the demo estate' : `working on ${options.kubeconfig}`}.`,
              ...notes,
              `Sign in, once, within a day: ${pc.cyan(signInLink)}`,
            ].join('\n'),
          );
        },
      });
    });
}
