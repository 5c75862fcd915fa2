/** Whether the files are the ones of a manifest that somebody trusted made: none missing, none more, none changed. */
import { type DataCheck, notChecked } from '../check.ts';

export default {
  id: 'checksums',
  title: 'Files against their manifest',
  start: ({ files }) => ({
    judge() {
      if (files === undefined) return notChecked('No manifest was given.');
      const { expected, found } = files;
      const wrong = [
        ...[...expected].flatMap(([name, digest]) => {
          const is = found.get(name);
          if (is === undefined) return [`${name} is missing.`];
          return is === digest ? [] : [`${name} has the digest ${is}, not ${digest}.`];
        }),
        ...[...found.keys()].filter((name) => !expected.has(name)).map((name) => `${name} is not in the manifest.`),
      ];
      const evidence = wrong.slice(0, 100).map((what) => ({ what, rows: 0, examples: [] }));
      return wrong.length === 0
        ? { verdict: 'pass', why: `All ${expected.size} files are as the manifest says.`, evidence }
        : { verdict: 'fail', why: `${wrong.length} files are not as the manifest says.`, evidence };
    },
  }),
} satisfies DataCheck;
