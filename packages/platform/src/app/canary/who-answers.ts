/**
 * Who really answers at the public way in. Routers, proxies and clients keep what they were told for a while, so a weight that was
 * written proves nothing: answers are asked for and counted.
 */
import type { CanaryConfig, CanaryProbe, ProbeResult } from '@firebreak/contract';
import type { CommandReply } from '../../exchange/http-command.ts';
import { isAsExpected } from '../../recovery/canary/expected-share.ts';
import { jsonOf, openEndpoint } from './endpoint.ts';

const atOnce = 8;

export async function whoAnswers(
  { probe }: CanaryConfig,
  percent: number,
  signal: AbortSignal,
): Promise<readonly ProbeResult[]> {
  if (probe === undefined) return [];
  const what = `At ${new URL(probe.address).host} about ${percent} % of the answers are the canary's`;
  const { origin, pathname, search } = new URL(probe.address);
  const path = `${pathname}${search}`;
  const endpoint = openEndpoint({ ...probe, address: origin });
  const seen = { baseline: 0, canary: 0, other: 0, none: 0 };
  try {
    for (let asked = 0; asked < probe.requests; asked += atOnce)
      await Promise.all(
        Array.from({ length: Math.min(atOnce, probe.requests - asked) }, async () => {
          const reply =
            probe.body === undefined ? await endpoint.get(path, signal) : await endpoint.post(path, probe.body, signal);
          seen[teller(probe, reply)] += 1;
        }),
      );
  } finally {
    await endpoint.close();
  }
  const told = seen.baseline + seen.canary;
  const others = seen.other + seen.none === 0 ? '' : `; ${seen.other} by others, ${seen.none} not at all`;
  const evidence = `${probe.requests} requests: ${seen.canary} answered by the canary, ${seen.baseline} by the baseline${others}.`;
  if (told < probe.requests / 2) return [{ what, result: 'cannot-tell', evidence }];
  return [{ what, result: isAsExpected(seen.canary, told, percent / 100) ? 'holds' : 'fails', evidence }];
}

function teller(
  { tells, baseline, canary }: CanaryProbe,
  reply: CommandReply,
): 'baseline' | 'canary' | 'other' | 'none' {
  if (!reply.ok) return 'none';
  const said = tells.in === 'header' ? reply.header(tells.name.toLowerCase()) : textAt(jsonOf(reply), tells.path);
  return said === canary ? 'canary' : said === baseline ? 'baseline' : 'other';
}

/** `outputs.0.version`; numbers as they are written. */
function textAt(value: unknown, path: string): string | undefined {
  let here: unknown = value;
  for (const key of path.split('.')) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return undefined;
    here = (here as Readonly<Record<string, unknown>>)[key];
  }
  return typeof here === 'string' || typeof here === 'number' ? String(here) : undefined;
}
