/** Artifacts that somebody or something looked at: inspections, and decisions of the promotion gate. */
import type { ArtifactVerdict } from '@firebreak/contract/answers/artifact-report';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { inspectionsQuery, promotionsQuery } from '../../data/promotion-queries.ts';
import { count } from '../../ui/count.ts';
import { Empty } from '../../ui/empty.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Rows } from '../../ui/rows.tsx';
import { Tag, type Tone } from '../../ui/tag.tsx';
import { ChannelsNav } from '../channels/channels-nav.tsx';

export const verdictTones: Readonly<Record<ArtifactVerdict, Tone>> = {
  safe: 'good',
  suspicious: 'warn',
  'cannot-tell': 'warn',
  unsafe: 'danger',
};

export function ArtifactsPage() {
  const inspections = useQuery(inspectionsQuery);
  const promotions = useQuery(promotionsQuery);
  const failed = [inspections, promotions].find(({ isLoadingError }) => isLoadingError);
  return (
    <>
      <PageHead
        title="Artifacts"
        about="Models and images that were inspected, or that somebody wanted to promote, and what the gate said."
      />
      <ChannelsNav />
      {failed !== undefined && <ProblemNotice error={failed.error} onRetry={() => void failed.refetch()} />}
      {(inspections.isPending || promotions.isPending) && <Skeleton height={320} radius={8} />}
      {promotions.data !== undefined && (
        <Panel title={<span role="status">{count(promotions.data.records.length, 'decision')}</span>} flush>
          {promotions.data.records.length === 0 ? (
            <Empty title="The gate was not asked yet.">
              <code>firebreak gate promote</code> asks it in CI, <code>firebreak gate webhook</code> before something
              runs.
            </Empty>
          ) : (
            <Rows>
              {promotions.data.records.map(({ id, decision: { decision, request, requirements } }) => (
                <li key={id}>
                  <span>
                    <Tag tone={decision === 'allow' ? 'good' : 'danger'}>
                      {decision === 'allow' ? 'Let in' : 'Refused'}
                    </Tag>
                  </span>
                  <div>
                    <Link to="/channels/artifact" search={{ subject: request.subject.name }} className="fb-node-link">
                      <ForeignText text={request.subject.name} mono most={90} />
                    </Link>
                    <div className="fb-quiet">
                      for <ForeignText text={request.stage} most={40} />, asked by{' '}
                      <ForeignText text={request.by.name} most={40} />, <Moment at={request.at} />
                    </div>
                  </div>
                  <span className="fb-quiet">
                    {requirements.filter(({ state }) => state === 'met').length} of {requirements.length} met
                  </span>
                </li>
              ))}
            </Rows>
          )}
        </Panel>
      )}
      {inspections.data !== undefined && (
        <Panel title={count(inspections.data.inspections.length, 'inspection')} flush>
          {inspections.data.inspections.length === 0 ? (
            <Empty title="Nothing was inspected yet.">
              Model versions are looked at as they are registered, once a registry is read (<code>--from mlflow:</code>
              ).
            </Empty>
          ) : (
            <Rows>
              {inspections.data.inspections.map(({ subject, report, because }) => (
                <li key={subject}>
                  <span>
                    <Tag tone={verdictTones[report.verdict]}>{report.verdict}</Tag>
                  </span>
                  <div>
                    <Link to="/channels/artifact" search={{ subject }} className="fb-node-link">
                      <ForeignText text={subject} mono most={90} />
                    </Link>
                    <div className="fb-quiet">
                      {because} <Moment at={report.at} />
                    </div>
                  </div>
                  <span className="fb-quiet">{count(report.files.length, 'file')}</span>
                </li>
              ))}
            </Rows>
          )}
        </Panel>
      )}
    </>
  );
}
