/** secretlint's recommended rules in a thread of their own: they are regular expressions that backtrack, on text of strangers. */
import { parentPort } from 'node:worker_threads';
import { lintSource } from '@secretlint/core';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';

export interface AskedText {
  readonly no: number;
  readonly text: string;
  readonly path: string;
}
/** Places and kinds only: its messages quote the secret. */
export interface Linted {
  readonly no: number;
  readonly found: readonly { readonly kind: string; readonly start: number; readonly end: number }[];
}

const config = { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator }] };

parentPort?.on('message', async ({ no, text, path }: AskedText) => {
  const { messages } = await lintSource({
    source: { content: text, filePath: path, ext: /\.[^./]+$/.exec(path)?.[0] ?? '', contentType: 'text' },
    options: { config, noPhysicFilePath: true },
  });
  const found = messages.map(({ ruleId, messageId, range: [start, end] }) => ({
    kind: `${ruleId.replace('@secretlint/secretlint-rule-', 'secretlint/')}/${messageId}`,
    start,
    end,
  }));
  parentPort?.postMessage({ no, found } satisfies Linted);
});
