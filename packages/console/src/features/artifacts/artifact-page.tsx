/** All about one artifact, in the order in which a responder asks: may it run, what is wrong in it, who vouches for it. */
import type { ArtifactPage as Answer } from '@firebreak/contract/answers/artifact-page';
import type { ArtifactFile } from '@firebreak/contract/answers/artifact-report';
import type { PromotionRecord, Requirement } from '@firebreak/contract/answers/promotion';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { artifactQuery } from '../../data/promotion-queries.ts';
import { count } from '../../ui/count.ts';
import { Digest } from '../../ui/digest.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { NodeLink } from '../../ui/node-link.tsx';
import { Notice } from '../../ui/notice.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Rows } from '../../ui/rows.tsx';
import { Tag, type Tone } from '../../ui/tag.tsx';
import { ChannelsNav } from '../channels/channels-nav.tsx';
import classes from './artifacts.module.css';
import { verdictTones } from './artifacts-page.tsx';

const faces: Readonly<Record<PromotionRecord['decision']['request']['face'], string>> = {
  ci: 'in a pipeline',
  http: 'over HTTP',
  admission: 'before it ran in a cluster',
  recovery: 'for a recovery',
};
const stateTones: Readonly<Record<Requirement['state'], Tone>> = { met: 'good', missing: 'warn', failed: 'danger' };

export function ArtifactPage() {
  const { subject } = useSearch({ from: '/channels/artifact' });
  const answer = useQuery(artifactQuery(subject));
  return (
    <>
      <PageHead
        title="Artifact"
        heading={<ForeignText text={subject} mono most={80} />}
        about={
          <>
            <Link to="/channels/artifacts">Artifacts</Link> · what is known of it, and whether it may run
          </>
        }
      />
      <ChannelsNav />
      {answer.isLoadingError && <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.isPending && <Skeleton height={480} radius={8} />}
      {answer.data !== undefined && (
        <div className="fb-stack">
          {answer.data.node !== null && (
            <div>
              In the estate: <NodeLink node={answer.data.node} />
            </div>
          )}
          <MayItRun page={answer.data} />
          <Decision record={answer.data.promotions[0]} />
          <Panel
            title="Inspection of its files"
            aside={
              answer.data.inspection !== null && (
                <Tag tone={verdictTones[answer.data.inspection.report.verdict]}>
                  {answer.data.inspection.report.verdict}
                </Tag>
              )
            }
            flush
          >
            {answer.data.inspection === null ? (
              <Empty title="Nobody looked into its files.">
                <code>firebreak artifact scan</code> does, without loading anything.
              </Empty>
            ) : (
              <Rows>
                {answer.data.inspection.report.files.map((file) => (
                  <File key={file.path} file={file} />
                ))}
              </Rows>
            )}
          </Panel>
          {answer.data.promotions[0] !== undefined && <Vouching record={answer.data.promotions[0]} />}
          {answer.data.promotions.length > 1 && <Earlier records={answer.data.promotions.slice(1)} />}
        </div>
      )}
    </>
  );
}

/** The one question of whoever comes here in a hurry, answered from what is below. What nobody looked at is not safe. */
function MayItRun({ page: { inspection, promotions } }: { readonly page: Answer }) {
  const [latest] = promotions;
  const decision = latest?.decision;
  const scanned = latest?.findings.scan;
  const verdict = inspection?.report.verdict ?? (scanned?.state === 'read' ? scanned.verdict : undefined);
  if (verdict === 'unsafe')
    return (
      <Notice tone="danger" title="Do not load it.">
        Its files would run something when they are loaded: see the inspection.
      </Notice>
    );
  if (decision?.decision === 'deny')
    return (
      <Notice tone="danger" title={`It may not go to ${decision.request.stage}: not all that is asked for is met.`} />
    );
  if (verdict === 'safe' && decision !== undefined)
    return <Notice tone="good" title={`It may run in ${decision.request.stage}, and its files are safe to load.`} />;
  return (
    <Notice tone="warn" title="Nobody can say that it may run.">
      {verdict === undefined
        ? 'Its files were not inspected. '
        : verdict === 'safe'
          ? ''
          : 'Its files are not shown to be safe. '}
      {decision === undefined && 'The gate was not asked.'}
    </Notice>
  );
}

function Decision({ record }: { readonly record: PromotionRecord | undefined }) {
  if (record === undefined) {
    return (
      <Panel title="Promotion">
        <Empty title="The gate was not asked about it.">
          <code>firebreak gate promote</code> asks it, and says what is missing.
        </Empty>
      </Panel>
    );
  }
  const { decision } = record;
  const open = decision.requirements.filter(({ state }) => state !== 'met');
  return (
    <Panel
      title={`Promotion to ${decision.request.stage}`}
      aside={
        <Tag tone={decision.decision === 'allow' ? 'good' : 'danger'}>
          {decision.decision === 'allow' ? 'Let in' : `Refused: ${count(open.length, 'requirement')} not met`}
        </Tag>
      }
      flush
    >
      <Rows>
        {[...open, ...decision.requirements.filter(({ state }) => state === 'met')].map((requirement) => (
          <li key={requirement.id}>
            <span>
              <Tag tone={stateTones[requirement.state]}>{requirement.state}</Tag>
            </span>
            <div>
              <strong>
                <ForeignText text={requirement.what} />
              </strong>
              <div>
                <ForeignText text={requirement.why} most={600} />
              </div>
              {requirement.next !== '' && (
                <div className="fb-quiet">
                  To meet it: <ForeignText text={requirement.next} most={600} />
                </div>
              )}
            </div>
            <code className="fb-quiet">{requirement.id}</code>
          </li>
        ))}
      </Rows>
    </Panel>
  );
}

/** Whose word it rests on, and under which policies. */
function Vouching({ record: { decision, findings } }: { readonly record: PromotionRecord }) {
  const { signature, provenance } = findings;
  return (
    <Panel title="Who vouches for it">
      <dl className={classes.facts}>
        <dt>Signature</dt>
        <dd>
          <Tag tone={signature.state === 'read' && signature.verified ? 'good' : 'warn'}>
            {signature.state === 'read' ? (signature.verified ? 'verified' : 'not verified') : signature.state}
          </Tag>{' '}
          <ForeignText text={signature.why} most={600} />
        </dd>
        <dt>Provenance</dt>
        <dd>
          <Tag tone={provenance.state === 'read' && provenance.verified ? 'good' : 'warn'}>
            {provenance.state === 'read' ? `SLSA level ${provenance.slsaLevel}` : provenance.state}
          </Tag>{' '}
          <ForeignText text={provenance.why} most={600} />
          {provenance.state === 'read' && provenance.dependencies.length > 0 && (
            <ul>
              {provenance.dependencies.slice(0, 20).map(({ uri, digest }) => (
                <li key={`${uri} ${digest}`}>
                  <ForeignText text={uri} mono most={90} /> <ForeignText text={digest} mono most={40} />
                </li>
              ))}
            </ul>
          )}
        </dd>
        <dt>Decided</dt>
        <dd>
          <Moment at={decision.request.at} />, asked by <ForeignText text={decision.request.by.name} most={60} />{' '}
          {faces[decision.request.face]}
        </dd>
      </dl>
      {decision.request.subject.digest !== undefined && (
        <Digest label="Digest" value={decision.request.subject.digest.replace('sha256:', '')} />
      )}
      <Digest label="Policies that decided" value={decision.policyDigest} />
    </Panel>
  );
}

function File({ file: { path, format, verdict, reasons, moreReasons } }: { readonly file: ArtifactFile }) {
  return (
    <li>
      <span>
        <Tag tone={verdictTones[verdict]}>{verdict}</Tag>
      </span>
      <div>
        <ForeignText text={path} mono most={90} />
        <ul className={classes.reasons}>
          {reasons.map(({ rule, what, offset, inside }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the same reason may stand at one place twice
            <li key={`${rule} ${offset} ${index}`}>
              <ForeignText text={what} most={400} />{' '}
              <span className="fb-quiet">
                at byte {offset.toLocaleString()}
                {inside.length > 0 && (
                  <>
                    {' '}
                    of <ForeignText text={inside.join(' › ')} mono most={60} />
                  </>
                )}{' '}
                · <code>{rule}</code>
              </span>
            </li>
          ))}
          {moreReasons > 0 && <li className="fb-quiet">and {count(moreReasons, 'reason')} more</li>}
        </ul>
      </div>
      <span className="fb-quiet">{format}</span>
    </li>
  );
}

function Earlier({ records }: { readonly records: readonly PromotionRecord[] }) {
  return (
    <Panel title="Decisions before" flush>
      <Rows>
        {records.map(({ id, decision: { decision, request, why } }) => (
          <li key={id}>
            <span>
              <Tag tone={decision === 'allow' ? 'good' : 'danger'}>{decision === 'allow' ? 'Let in' : 'Refused'}</Tag>
            </span>
            <div>
              <ForeignText text={why} most={300} />
            </div>
            <span className="fb-quiet">
              <Moment at={request.at} />
            </span>
          </li>
        ))}
      </Rows>
    </Panel>
  );
}
