/**
 * A process that owns a data directory with its embedded PostgreSQL, to be ended in every way there is. Arguments: the
 * folder, and `wait` or `exit`. It prints the server's process id when it runs.
 */
import { startEmbeddedPostgres } from '../embedded-postgres.ts';

const [folder = '', then] = process.argv.slice(2);
const server = await startEmbeddedPostgres(folder);
process.stdout.write(`${server.pid()}\n`);
if (then === 'exit') process.exit(0);
setInterval(() => undefined, 60_000);
