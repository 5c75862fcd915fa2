/** Where the process begins. Most of what a short command takes is reading our own sources: what Node made of them is kept. */
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

// In the user's own folder: whoever may write there may write our sources as well. Where there is none, it goes without.
enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'firebreak', 'compiled'));
const [{ runCommandLine }, { world }] = await Promise.all([import('../cli/program.ts'), import('./compose.ts')]);

process.exitCode = await runCommandLine(process.argv.slice(2), world);
