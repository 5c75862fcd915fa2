import type { RequestPath } from '@firebreak/contract/answers/request-path';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { requestPathQuery } from '../../data/estate-queries.ts';
import { count } from '../../ui/count.ts';
import { Empty } from '../../ui/empty.tsx';
import { LimitedNotice } from '../../ui/limited-notice.tsx';
import { NodeLink } from '../../ui/node-link.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import classes from './drawing-view.module.css';
import { HopList } from './hop-list.tsx';
import { LayeredDrawing, mostBoxes } from './layered-drawing.tsx';
import { boxesOfRequest, linesOf } from './pictures.ts';
import { StationFacts } from './station-facts.tsx';

/** Where a request to the endpoint goes, and every credential that can influence it on its way. */
export function RequestPathView({ endpoint }: { readonly endpoint: string }) {
  const answer = useQuery(requestPathQuery(endpoint));
  if (answer.isLoadingError) return <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />;
  if (answer.data === undefined) return <Skeleton height={420} radius={8} />;
  return <Known path={answer.data} />;
}

function Known({ path }: { readonly path: RequestPath }) {
  const [selected, setSelected] = useState(path.endpoint.id);
  const boxes = useMemo(() => boxesOfRequest(path), [path]);
  const lines = useMemo(() => linesOf(path.hops), [path]);
  const station = path.stations.find(({ id }) => id === selected) ?? path.stations[0];
  if (path.stations.length <= 1 && path.hops.length === 0) {
    return (
      <Empty title="Where its requests go could not be followed.">
        Nothing that was read says what answers behind it. Read the system that routes to it, then read the estate
        again.
      </Empty>
    );
  }
  return (
    <div className="fb-stack">
      <LimitedNotice completeness={path.completeness} meaning="the request may touch more than is shown." />
      <div className={classes.stage}>
        {boxes.length <= mostBoxes ? (
          <LayeredDrawing
            label={`Request path: ${count(boxes.length, 'station')}, from left to right. The lists below say the same.`}
            boxes={boxes}
            lines={lines}
            selected={selected}
            onSelect={setSelected}
          />
        ) : (
          <Empty title={`${boxes.length} stations are too many to draw.`}>The lists below hold all of them.</Empty>
        )}
        {station !== undefined && <StationFacts station={station} />}
      </div>
      <Panel title="The way in words" flush aside={count(path.hops.length, 'hop')}>
        <HopList hops={path.hops} />
      </Panel>
      <Panel title="Who can influence the request" flush aside={count(path.actors.length, 'identity', 'identities')}>
        <ol className={classes.actors}>
          {path.actors.slice(0, 200).map((actor) => (
            <li key={actor.id}>
              <NodeLink node={actor} />
              <span className="fb-quiet">
                {count(actor.stations, 'station')}, {actor.direct} of them directly
              </span>
            </li>
          ))}
        </ol>
      </Panel>
    </div>
  );
}
