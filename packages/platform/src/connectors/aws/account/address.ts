/** `aws:` and `aws:profile=…,regions=…,endpoint=…`: how an account is named on the command line. */
import { FirebreakError } from '@firebreak/contract';
import { z } from 'zod';

export const liveConfig = z.object({
  live: z.object({
    /** A profile of the shared configuration files. */
    profile: z.string().min(1).optional(),
    /** Regions to read; the configured one when empty. */
    regions: z.array(z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d{1,2}$/)).default([]),
    /** One address for all services. */
    endpoint: z.url({ protocol: /^https?$/ }).optional(),
  }),
});
export type LiveConfig = z.output<typeof liveConfig>;

const settings = /^(profile|regions|endpoint)=/;

/** Undefined for what is no account but a path. @throws FirebreakError FB-USAGE */
export function liveAddress(spec: string): LiveConfig | undefined {
  if (spec !== '' && !settings.test(spec)) return undefined;
  const live: { profile?: string; regions: string[]; endpoint?: string } = { regions: [] };
  let last = '';
  for (const part of spec.split(',')) {
    const [, name = last] = settings.exec(part) ?? [];
    const value = part.replace(settings, '');
    last = name;
    if (name === 'regions') live.regions.push(value);
    else if (name === 'profile' || name === 'endpoint') live[name] = value;
  }
  const parsed = liveConfig.safeParse({ live });
  if (parsed.success) return parsed.data;
  throw new FirebreakError('FB-USAGE', 'aws: takes profile=…, regions=…,… and endpoint=…, or a file or folder.');
}
