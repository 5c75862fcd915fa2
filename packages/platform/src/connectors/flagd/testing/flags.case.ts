/** Flags of a small application, as its repository keeps them, and a flagd that answers from the file. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FlagdCore } from '@openfeature/flagd-core';

export const gated = 'agent:Agent/github.com/acme/bot/claude-code';

export const flags = `{
  "$schema": "https://flagd.dev/schema/v0/flags.json",
  "flags": {
    "agent-tools": {
      "state": "ENABLED",
      "variants": { "on": true, "off": false },
      "defaultVariant": "on",
      "metadata": { "firebreak-gates": "${gated}", "firebreak-safe-variant": "off" }
    },
    "model-route": {
      "state": "ENABLED",
      "variants": { "big": "hunter2-large", "safe": "small" },
      "defaultVariant": "safe",
      "targeting": { "if": [{ "==": [{ "var": "plan" }, "gold"] }, "big", null] },
      "metadata": { "firebreak-safe-variant": "safe" }
    },
    "old": { "state": "DISABLED", "variants": { "on": true }, "defaultVariant": "on" }
  }
}
`;

/** flagd's own evaluation, of the file as it is now. */
export function evaluator(file: string): FlagdCore {
  const core = new FlagdCore();
  core.setConfigurations(readFileSync(file, 'utf8'));
  return core;
}

/** The OpenFeature Remote Evaluation Protocol over that evaluation, as flagd serves it. */
export async function startFlagd(file: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { context = {} } = JSON.parse(Buffer.concat(chunks).toString() || '{}') as {
      context?: Record<string, string>;
    };
    const core = evaluator(file);
    const [, key] = /^\/ofrep\/v1\/evaluate\/flags\/(.+)$/.exec(request.url ?? '') ?? [];
    const all = core.resolveAll(context).map(({ flagKey, value, variant, reason, flagMetadata }) => ({
      key: flagKey,
      value,
      variant,
      reason,
      metadata: flagMetadata,
    }));
    const one = all.find((flag) => flag.key === decodeURIComponent(key ?? ''));
    const status = key !== undefined && one === undefined ? 404 : 200;
    const answer = key === undefined ? { flags: all } : (one ?? { key, errorCode: 'FLAG_NOT_FOUND' });
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => void (await new Promise((resolve) => server.close(resolve))),
  };
}
