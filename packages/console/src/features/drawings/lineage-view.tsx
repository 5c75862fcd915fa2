import type { Lineage } from '@firebreak/contract/answers/lineage';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { lineageQuery } from '../../data/estate-queries.ts';
import { count } from '../../ui/count.ts';
import { Empty } from '../../ui/empty.tsx';
import { FactList } from '../../ui/fact-list.tsx';
import { LimitedNotice } from '../../ui/limited-notice.tsx';
import { NodeLink } from '../../ui/node-link.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { useArtifactMarks } from '../artifacts/lineage-marks.ts';
import { PickButton } from '../what-if/pick-button.tsx';
import classes from './drawing-view.module.css';
import { HopList } from './hop-list.tsx';
import { type DrawnBox, LayeredDrawing, mostBoxes } from './layered-drawing.tsx';
import { pictureOfLineage } from './pictures.ts';

/** What a model was made from and what it is in. */
export function LineageView({ model }: { readonly model: string }) {
  const answer = useQuery(lineageQuery(model));
  if (answer.isLoadingError) return <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />;
  if (answer.data === undefined) return <Skeleton height={420} radius={8} />;
  return <Known lineage={answer.data} />;
}

function Known({ lineage }: { readonly lineage: Lineage }) {
  const [selected, setSelected] = useState(lineage.model.id);
  const marks = useArtifactMarks();
  const picture = useMemo(() => pictureOfLineage(lineage), [lineage]);
  const boxes = picture.boxes.map((box): DrawnBox => {
    const mark = marks.get(box.id);
    return mark === undefined
      ? box
      : { ...box, note: `${box.note} · ${mark.words}`, tone: mark.good ? box.tone : 'warn' };
  });
  const { lines } = picture;
  if (boxes.length <= 1) {
    return (
      <Empty title="Nothing is known of where it comes from or what it is in.">
        Read what trains, registers and serves it: the model registry (<code>--from mlflow:</code>), the pipelines, the
        cluster that serves it.
      </Empty>
    );
  }
  return (
    <div className="fb-stack">
      <LimitedNotice completeness={lineage.completeness} meaning="there may be more in its lineage than is shown." />
      <div className={classes.stage}>
        {boxes.length <= mostBoxes ? (
          <LayeredDrawing
            label={`Lineage: ${count(boxes.length, 'node')}, from what it was made from to where it answers. The list below says the same.`}
            boxes={boxes}
            lines={lines}
            selected={selected}
            onSelect={setSelected}
          />
        ) : (
          <Empty title={`${boxes.length} nodes are too many to draw.`}>The list below holds all of them.</Empty>
        )}
        <Picked lineage={lineage} id={selected} />
      </div>
      <Panel title="The links in words" flush aside={count(lineage.links.length, 'link')}>
        <HopList hops={lineage.links} />
      </Panel>
    </div>
  );
}

function Picked({ lineage, id }: { readonly lineage: Lineage; readonly id: string }) {
  const { model, upstream, downstream, running, endpoints, links } = lineage;
  const node = [model, ...upstream, ...downstream, ...running, ...endpoints].find((known) => known.id === id);
  const end = node ?? links.flatMap(({ from, to }) => [from, to]).find((known) => known.id === id) ?? model;
  const hosts = running.find((known) => known.id === id)?.hosts ?? [];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <aside className={classes.side} aria-label="The picked node" tabIndex={0}>
      <h2>
        <NodeLink node={end} />
      </h2>
      <div className={classes.line}>
        <span className="fb-quiet">{node?.class ?? 'part of what runs'}</span>
        <PickButton toggle={end.id} of={end.name} />
      </div>
      <div>
        <Link to="/channels/artifact" search={{ subject: end.id }}>
          Signature, inspection, promotion
        </Link>
      </div>
      <FactList
        facts={[
          ['Owner', node?.owner],
          ...Object.entries(node?.detail ?? {}).map(([name, value]) => [name, String(value)] as const),
        ]}
      />
      {hosts.length > 0 && (
        <section>
          <h3>
            On hosts <span>{hosts.length}</span>
          </h3>
          <ul>
            {hosts.slice(0, 30).map((host) => (
              <li key={host.id}>
                <NodeLink node={host} most={40} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </aside>
  );
}
