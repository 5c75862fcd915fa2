/**
 * Imported before everything else. Zod compiles schemas with `new Function` where it may, and tries when a schema is made; the
 * page's content policy forbids it, and browsers report each try.
 */
import { config } from 'zod';

config({ jitless: true });
