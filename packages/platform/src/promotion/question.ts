/** Request and findings as entities of the policies' schema. What was not read is empty, with `read` false. */
import type { PromotionFindings, PromotionRequest } from '@firebreak/contract';
import type { Question } from './policy.ts';

type Read<Finding> = Extract<Finding, { readonly state: 'read' }>;

export function questionOf(
  { subject, stage, environment, face, by, at }: PromotionRequest,
  found: PromotionFindings,
): Question {
  const principal = { type: 'Firebreak::Requester', id: by.name };
  const resource = { type: 'Firebreak::Artifact', id: subject.digest ?? subject.name };
  const metrics = { type: 'Firebreak::Metrics', id: resource.id };
  const approvers = { type: 'Firebreak::Approvers', id: resource.id };
  const signature = read(found.signature);
  const scan = read(found.scan);
  const provenance = read(found.provenance);
  const lineage = read(found.lineage);
  const evaluations = read(found.evaluations);
  const approvals = read(found.approvals);
  const incidents = read(found.incidents);
  const recovery = read(found.recovery);
  return {
    principal,
    action: { type: 'Firebreak::Action', id: 'promote' },
    resource,
    context: { stage, environment, face },
    entities: [
      { uid: principal, attrs: { name: by.name, role: by.role }, parents: [] },
      { uid: metrics, attrs: {}, parents: [], tags: decimals(evaluations?.metrics ?? {}) },
      { uid: approvers, attrs: {}, parents: [], tags: counted(approvals?.given ?? []) },
      {
        uid: resource,
        attrs: {
          kind: subject.kind,
          name: subject.name,
          digest: subject.digest ?? '',
          byDigest: subject.byDigest,
          signature: {
            read: signature !== undefined,
            verified: signature?.verified ?? false,
            signer: signature?.signer ?? '',
            by: signature?.by ?? '',
          },
          scan: {
            read: scan !== undefined,
            verdict: scan?.verdict ?? '',
            ageHours: scan === undefined ? 0 : hoursBetween(scan.at, at),
          },
          provenance: {
            read: provenance !== undefined,
            verified: provenance?.verified ?? false,
            builder: provenance?.builder ?? '',
            buildType: provenance?.buildType ?? '',
            slsaLevel: provenance?.slsaLevel ?? 0,
            dependencies: (provenance?.dependencies ?? []).map(({ uri }) => uri),
            undigested: (provenance?.dependencies ?? []).filter(({ digest }) => digest === '').length,
          },
          lineage: {
            read: lineage !== undefined,
            complete: lineage?.complete ?? false,
            sources: [...(lineage?.sources ?? [])],
            unidentified: [...(lineage?.unidentified ?? [])],
          },
          evaluations: {
            read: evaluations !== undefined,
            verified: evaluations?.verified ?? false,
            passed: [...(evaluations?.passed ?? [])],
            failed: [...(evaluations?.failed ?? [])],
          },
          metrics: { __entity: metrics },
          approvals: {
            read: approvals !== undefined,
            by: (approvals?.given ?? []).map(({ by: person }) => person),
          },
          approvers: { __entity: approvers },
          incidents: {
            read: incidents !== undefined,
            open: [...(incidents?.open ?? [])],
            past: [...(incidents?.past ?? [])],
          },
          recovery: {
            read: recovery !== undefined,
            incidents: [...(recovery?.incidents ?? [])],
            signedOffBy: [...(recovery?.signedOffBy ?? [])],
          },
        },
        parents: [],
      },
    ],
  };
}

function read<Finding extends { readonly state: string }>(finding: Finding): Read<Finding> | undefined {
  return finding.state === 'read' ? (finding as Read<Finding>) : undefined;
}

/** Cedar's decimals have four digits behind the point and reach to 9.2e14; what does not fit is not there. */
function decimals(metrics: Readonly<Record<string, number>>) {
  return Object.fromEntries(
    Object.entries(metrics).flatMap(([name, value]) =>
      Number.isFinite(value) && Math.abs(value) < 9e14
        ? [[name, { __extn: { fn: 'decimal', arg: value.toFixed(4) } }] as const]
        : [],
    ),
  );
}

/** People by role, each once in a role. Admins may do what approvers may, and count as both. */
function counted(given: readonly { readonly by: string; readonly role: string }[]): Record<string, number> {
  const people = new Map<string, Set<string>>();
  for (const { by, role } of given)
    for (const each of role === 'admin' ? [role, 'approver'] : [role])
      people.set(each, (people.get(each) ?? new Set()).add(by.toLowerCase()));
  return Object.fromEntries([...people].map(([role, names]) => [role, names.size]));
}

function hoursBetween(from: string, to: string): number {
  const hours = Math.floor((Date.parse(to) - Date.parse(from)) / 3_600_000);
  return Number.isSafeInteger(hours) ? Math.max(0, hours) : Number.MAX_SAFE_INTEGER;
}
