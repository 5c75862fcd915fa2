import type { Asset } from '@firebreak/contract/answers/inventory';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { assetQuery } from '../../data/estate-queries.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { SubNav } from '../../ui/sub-nav.tsx';
import { Tag } from '../../ui/tag.tsx';
import { PickButton } from '../what-if/pick-button.tsx';
import { About } from './about.tsx';
import { type NodeView, viewsOf } from './node-view.ts';

const RequestPathView = lazy(async () => ({
  default: (await import('../drawings/request-path-view.tsx')).RequestPathView,
}));
const LineageView = lazy(async () => ({ default: (await import('../drawings/lineage-view.tsx')).LineageView }));
const ImpactView = lazy(async () => ({ default: (await import('../impact/impact-view.tsx')).ImpactView }));
const ThreatModelView = lazy(async () => ({ default: (await import('./threat-model-view.tsx')).ThreatModelView }));

/** All that is known of one node. */
export function NodePage() {
  const { id, view = 'about' } = useSearch({ from: '/estate/node' });
  const found = useQuery(assetQuery(id));
  const node = found.data?.nodes[0];
  return (
    <>
      <PageHead
        title={node?.name ?? id}
        heading={<ForeignText text={node?.name ?? id} />}
        about={<ForeignText text={id} mono />}
        completeness={found.data?.completeness}
      >
        {node?.jewel !== undefined && <Tag tone="jewel">crown jewel</Tag>}
        {node !== undefined && <Tag>{node.class}</Tag>}
        <CopyButton label="Copy id" text={() => id} />
        <PickButton toggle={id} of={node?.name ?? id} />
      </PageHead>
      {(node !== undefined || found.isPending) && <NodeNav id={id} node={node} />}
      {found.isLoadingError && <ProblemNotice error={found.error} onRetry={() => void found.refetch()} />}
      {found.isPending && <Skeleton height={420} radius={8} />}
      {found.data !== undefined && node === undefined && (
        <Empty title="There is no such node in what was read.">
          It may have been there before: read the estate again, or <Link to="/estate">search for its name</Link>.
        </Empty>
      )}
      {node !== undefined && (
        <Suspense fallback={<Skeleton height={420} radius={8} />}>
          <View key={id} node={node} view={view} />
        </Suspense>
      )}
    </>
  );
}

function View({ node, view }: { readonly node: Asset; readonly view: NodeView }) {
  switch (view) {
    case 'about':
      return <About node={node} />;
    case 'impact':
      return <ImpactView node={node.id} />;
    case 'request-path':
      return <RequestPathView endpoint={node.id} />;
    case 'lineage':
      return <LineageView model={node.id} />;
    case 'threat-model':
      return <ThreatModelView asset={node.id} />;
  }
}

function NodeNav({ id, node }: { readonly id: string; readonly node: Asset | undefined }) {
  return (
    <SubNav label="Parts of the node">
      {viewsOf(node?.class).map(({ view, title }) => (
        <Link
          key={view}
          to="/estate/node"
          search={view === 'about' ? { id } : { id, view }}
          activeOptions={{ exact: true }}
          activeProps={{ 'aria-current': 'page' }}
          resetScroll={false}
        >
          {title}
        </Link>
      ))}
    </SubNav>
  );
}
