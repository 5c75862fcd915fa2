import type { Blast } from '@firebreak/contract/graph';
import type { Drawing } from '@firebreak/contract/routes';
import { SegmentedControl, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useShortcut } from '../../app/shortcuts.tsx';
import { blastQuery, drawingQuery, incidentQuery } from '../../data/queries.ts';
import { LimitedNotice } from '../../ui/limited-notice.tsx';
import { Notice } from '../../ui/notice.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { BlastFilters, filterInputId } from './blast-filters.tsx';
import { BlastSide } from './blast-side.tsx';
import classes from './blast-tab.module.css';
import { indexDrawing } from './drawing-index.ts';
import { Legend } from './legend.tsx';
import { OutdatedNotice } from './outdated-notice.tsx';
import { presentDrawing, showsPlan } from './present-drawing.ts';
import { rowsOf } from './reached-rows.ts';
import { ReachedTable } from './reached-table.tsx';

const DrawingCanvas = lazy(async () => ({ default: (await import('./drawing-canvas.tsx')).DrawingCanvas }));

/** The stage keeps its size from the first frame on, whatever is or is not there yet: nothing jumps. */
export function BlastTab() {
  const { incidentId } = useParams({ from: '/incidents/$incidentId/blast' });
  const blast = useQuery(blastQuery(incidentId));
  const drawing = useQuery(drawingQuery(incidentId));
  const failed = [blast, drawing].find((query) => query.isLoadingError);
  if (failed !== undefined) {
    return <ProblemNotice error={failed.error} onRetry={() => void failed.refetch()} />;
  }
  if (blast.data === undefined || drawing.data === undefined) return <StageSkeleton />;
  return <Stage incidentId={incidentId} blast={blast.data} drawing={drawing.data} />;
}

interface StageProps {
  readonly incidentId: string;
  readonly blast: Blast;
  readonly drawing: Drawing;
}

function Stage({ incidentId, blast, drawing: whole }: StageProps) {
  const [view, setView] = useState<'drawing' | 'table'>('drawing');
  const incident = useQuery(incidentQuery(incidentId)).data;
  const [chosen, setWithPlan] = useState<boolean | null>(null);
  // Until somebody chooses, the picture shows what is so.
  const withPlan = chosen ?? incident?.state === 'contained';
  const [canDraw, setCanDraw] = useState(hasWebGl);
  const [search, setSearch] = useState('');
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [selected, setSelected] = useState<string | null>(null);
  const [goTo, setGoTo] = useState<{ readonly id: string } | null>(null);
  const present = useMemo(
    () => presentDrawing(whole, new Set(blast.jewels.map((jewel) => jewel.id))),
    [whole, blast.jewels],
  );
  const drawing = withPlan ? whole : present;
  const index = useMemo(() => indexDrawing(drawing), [drawing]);
  const rows = useMemo(
    () => rowsOf(blast, new Map(drawing.nodes.map((node) => [node.id, node.role]))),
    [blast, drawing],
  );
  const drawn = canDraw && view === 'drawing';
  useShortcut('/', 'Search the blast radius', () => document.getElementById(filterInputId)?.focus());
  useShortcut('v', 'Drawing or table', () => setView(view === 'drawing' ? 'table' : 'drawing'));

  const find = (id: string) => {
    setSelected(id);
    setGoTo({ id });
  };

  return (
    <div className="fb-stack">
      <LimitedNotice completeness={blast.completeness} meaning="the attacker may reach more than is shown." />
      <OutdatedNotice incidentId={incidentId} />
      {!canDraw && (
        <Notice tone="info" title="This browser cannot draw the graph (WebGL is missing or was lost).">
          The table below holds the same information.
        </Notice>
      )}
      <div className={classes.stage}>
        <section className={classes.main} aria-label="Blast radius">
          <div className={classes.tools}>
            <BlastFilters
              index={index}
              drawn={drawn}
              search={search}
              onSearch={setSearch}
              onFind={find}
              hidden={hidden}
              onHide={setHidden}
            />
            {showsPlan(whole) && (
              <SegmentedControl
                size="xs"
                aria-label="Reach"
                value={withPlan ? 'plan' : 'now'}
                onChange={(value) => setWithPlan(value === 'plan')}
                data={[
                  { value: 'now', label: 'Without the plan' },
                  { value: 'plan', label: 'With the plan' },
                ]}
              />
            )}
            <SegmentedControl
              size="xs"
              className={classes.view ?? ''}
              aria-label="Show as"
              disabled={!canDraw}
              value={drawn ? 'drawing' : 'table'}
              onChange={(value) => setView(value === 'table' ? 'table' : 'drawing')}
              data={[
                { value: 'drawing', label: 'Drawing' },
                { value: 'table', label: 'Table' },
              ]}
            />
          </div>
          <div className={classes.canvas}>
            {drawn ? (
              <Suspense fallback={<div className={classes.loading}>Loading the drawing…</div>}>
                <DrawingCanvas
                  drawing={drawing}
                  selected={selected}
                  onSelect={setSelected}
                  hidden={hidden}
                  goTo={goTo}
                  label={`Drawing of ${drawing.nodes.length} nodes and ${drawing.edges.length} steps. The table shows the same.`}
                  onFailure={() => setCanDraw(false)}
                />
              </Suspense>
            ) : (
              <ReachedTable rows={rows} search={search} hidden={hidden} selected={selected} onSelect={setSelected} />
            )}
          </div>
          <footer className={classes.foot}>
            <Legend drawing={drawing} />
            <span className={classes.count}>
              Drawn: {drawing.nodes.length.toLocaleString()} nodes, {drawing.edges.length.toLocaleString()} steps
              {drawing.omitted > 0 && `; ${drawing.omitted.toLocaleString()} more nodes only in the table`}
            </span>
          </footer>
        </section>
        <BlastSide
          incidentId={incidentId}
          blast={blast}
          index={index}
          selected={selected}
          onSelect={(id) => (id === null ? setSelected(null) : find(id))}
        />
      </div>
    </div>
  );
}

function StageSkeleton() {
  return (
    <div className="fb-stack" aria-busy="true">
      <div className={classes.stage}>
        <div className={classes.main}>
          <div className={classes.tools}>
            <Skeleton height={30} width={280} maw="60%" />
          </div>
          <div className={classes.canvas}>
            <div className={classes.loading}>Reading the blast radius…</div>
          </div>
          <div className={classes.foot} />
        </div>
        <div className={classes.skeletonSide}>
          <Skeleton height={16} width="50%" mb={18} />
          {[90, 74, 82, 66].map((width) => (
            <Skeleton key={width} height={13} width={`${width}%`} mb={14} />
          ))}
        </div>
      </div>
    </div>
  );
}

function hasWebGl(): boolean {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('webgl2') ?? canvas.getContext('webgl');
  // Browsers allow few contexts at a time; the one that only asked is given back.
  context?.getExtension('WEBGL_lose_context')?.loseContext();
  return context !== null;
}
