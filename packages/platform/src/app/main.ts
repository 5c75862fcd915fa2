import { runCommandLine } from '../cli/program.ts';
import { world } from './compose.ts';

process.exitCode = await runCommandLine(process.argv.slice(2), world);
