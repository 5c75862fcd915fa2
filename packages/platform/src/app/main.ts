import { runCommandLine } from '../cli/program.ts';
import { world } from './compose.ts';

await runCommandLine(process.argv.slice(2), world);
