/**
 * Imported before everything else. Zod compiles schemas with `new Function` where it may, and tries when a schema is made;
 * the console's content policy forbids it, and browsers report each try as a violation.
 */
import { config } from 'zod';

config({ jitless: true });
