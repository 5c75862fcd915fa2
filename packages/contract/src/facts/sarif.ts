/** Results of other scanners: SARIF 2.1.0 (OASIS), reduced to what a reader needs to find the place and judge it. */
import { z } from 'zod';
import { line, maybe } from './lenient.ts';

export const sarifResult = z.object({
  tool: line(),
  ruleId: line(),
  /** The rule's own short description. */
  rule: maybe(z.string().max(1000)),
  /** What the scanner says of this place. */
  message: z.string().max(4000),
  level: z.enum(['none', 'note', 'warning', 'error']),
  /** CVSS-like, 0 to 10, as GitHub reads `security-severity`. */
  securitySeverity: maybe(z.number().min(0).max(10)),
  uri: maybe(z.string().max(2048)),
  line: maybe(z.number().int().positive()),
  column: maybe(z.number().int().positive()),
  /** Where the scanned tree comes from, when the scanner says so. */
  repositoryUri: maybe(z.string().max(2048)),
});

export const sarifFactSchemas = { 'sarif.result': sarifResult } as const;
