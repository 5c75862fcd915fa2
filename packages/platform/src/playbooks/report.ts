import type { PlaybookReport } from '@firebreak/contract';
import { checkWorkflow } from './check-workflow.ts';
import type { SchemaCheck } from './json-schema.ts';
import { readPlaybook } from './read-playbook.ts';
import { checkSignatures } from './signature.ts';

/** What `firebreak playbook validate` says: schema, workflow and signatures, without an estate. */
export function reportOn(text: string, now: Date, schemas: readonly SchemaCheck[] = []): PlaybookReport {
  const { playbook, document, digest = null, problems } = readPlaybook(text, schemas);
  if (playbook === undefined)
    return { ok: false, id: null, name: null, digest, steps: 0, problems: [...problems], signatures: [] };
  const signatures = checkSignatures(playbook, document);
  const all = [
    ...problems,
    ...checkWorkflow(playbook, now),
    ...signatures
      .filter(({ verdict }) => verdict !== 'valid')
      .map(({ signee, verdict, detail }) => ({
        code: 'FB-PLAYBOOK-SIGNATURE',
        weight: verdict === 'invalid' ? ('error' as const) : ('warning' as const),
        where: 'signatures',
        what: `${signee}: ${detail}`,
      })),
  ];
  return {
    ok: all.every(({ weight }) => weight !== 'error'),
    id: playbook.id,
    name: playbook.name,
    digest,
    steps: Object.keys(playbook.workflow).length,
    problems: all,
    signatures,
  };
}
