/**
 * The field of what could be reached, and on it what was touched and by which way. Marks are ordinary buttons in the order of the
 * table; dots and lines say nothing that the table does not say and are hidden from screen readers.
 */
import type { CouldDid } from '@firebreak/contract/answers/could-did';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { blastQuery, drawingQuery } from '../../data/queries.ts';
import { count } from '../../ui/count.ts';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { visible } from '../../ui/visible.ts';
import { presentDrawing } from '../blast/present-drawing.ts';
import { type Field, fieldOf, type Mark } from './did-field.ts';
import classes from './did-picture.module.css';

interface DidPictureProps {
  readonly incidentId: string;
  readonly found: CouldDid;
  /** Id of what was touched. */
  readonly selected: string | null;
  readonly onSelect: (id: string | null) => void;
}

export function DidPicture({ incidentId, found, selected, onSelect }: DidPictureProps) {
  const drawing = useQuery(drawingQuery(incidentId));
  const blast = useQuery(blastQuery(incidentId));
  const field = useMemo(() => {
    if (drawing.data === undefined || blast.data === undefined) return undefined;
    return fieldOf(presentDrawing(drawing.data, new Set(blast.data.jewels.map(({ id }) => id))), found);
  }, [drawing.data, blast.data, found]);
  const failed = [drawing, blast].find(({ isLoadingError }) => isLoadingError);
  if (failed !== undefined) return <ProblemNotice error={failed.error} onRetry={() => void failed.refetch()} />;
  const omitted = drawing.data?.omitted ?? 0;
  return (
    <Panel
      title="Could and did"
      aside={omitted > 0 && `${omitted.toLocaleString()} more within reach are not drawn`}
      flush
    >
      {field === undefined ? (
        <Skeleton height={478} radius={0} />
      ) : (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
          <section className={classes.scroll} aria-label="Picture of what was touched" tabIndex={0}>
            <Drawn field={field} found={found} selected={selected} onSelect={onSelect} />
          </section>
          <Legend field={field} />
        </>
      )}
    </Panel>
  );
}

interface DrawnProps extends Omit<DidPictureProps, 'incidentId'> {
  readonly field: Field;
}

function Drawn({ field, found, selected, onSelect }: DrawnProps) {
  const { width, height, dots, lines, marks, outsideFrom } = field;
  const picked = found.did.find(({ node }) => node.id === selected);
  const onWay = new Set(picked?.way.map(({ from, to }) => `${from} ${to}`));
  return (
    <div className={classes.paper} style={{ aspectRatio: `${width} / ${height}` }}>
      <svg viewBox={`0 0 ${width} ${height}`} aria-hidden className={classes.drawing}>
        {outsideFrom !== null && (
          <g className={classes.outside}>
            <line x1={12} x2={width - 12} y1={outsideFrom} y2={outsideFrom} />
            <text x={14} y={outsideFrom + 15}>
              touched, and not in the drawing of what was within reach
            </text>
          </g>
        )}
        {dots.map(({ id, x, y, is }) =>
          is === 'jewel' || is === 'unknown-jewel' ? (
            <path key={id} className={classes.dot} data-is={is} d={diamond(x, y, 5)} />
          ) : (
            <circle key={id} className={classes.dot} data-is={is} cx={x} cy={y} r={2.6} />
          ),
        )}
        {lines.map(({ from, to, a, b, events }) => (
          <path
            key={`${from} ${to}`}
            className={classes.line}
            data-dim={picked !== undefined && !onWay.has(`${from} ${to}`)}
            d={`M${a.x},${a.y} Q${(a.x + b.x) / 2},${(a.y + b.y) / 2 - Math.abs(b.x - a.x) * 0.12} ${b.x},${b.y}`}
            strokeWidth={1.6 + Math.log10(Math.max(1, events))}
          />
        ))}
        {marks.map((mark) => (
          <Shape key={`${mark.is} ${mark.id}`} mark={mark} picked={mark.is !== 'actor' && mark.id === selected} />
        ))}
      </svg>
      {marks.map((mark) => (
        <button
          key={`${mark.is} ${mark.id}`}
          type="button"
          className={classes.hit}
          aria-pressed={mark.is !== 'actor' && mark.id === selected}
          aria-label={spoken(mark, found)}
          title={spoken(mark, found)}
          style={{ left: `${(mark.x / width) * 100}%`, top: `${(mark.y / height) * 100}%` }}
          onClick={() => onSelect(mark.is === 'actor' || mark.id === selected ? null : mark.id)}
        />
      ))}
    </div>
  );
}

function Shape({ mark: { x, y, home, is, sign }, picked }: { readonly mark: Mark; readonly picked: boolean }) {
  return (
    <g className={classes.mark} data-is={is} data-picked={picked}>
      {(home.x !== x || home.y !== y) && <line x1={home.x} y1={home.y} x2={x} y2={y} />}
      {is === 'jewel' ? <path d={diamond(x, y, 15)} /> : <circle cx={x} cy={y} r={11.5} />}
      <text x={x} y={y + 4} textAnchor="middle">
        {sign}
      </text>
    </g>
  );
}

function diamond(x: number, y: number, size: number): string {
  return `M${x},${y - size} L${x + size},${y} L${x},${y + size} L${x - size},${y} z`;
}

function spoken({ id, is, sign }: Mark, found: CouldDid): string {
  if (is === 'actor') {
    const actor = found.actors.find(({ node }) => node.id === id);
    return visible(`${sign}: ${actor?.node.kind} ${actor?.node.name} acted, ${count(actor?.events ?? 0, 'event')}`);
  }
  const touched = found.did.find(({ node }) => node.id === id);
  const by = touched?.by.map((each) => found.actors.find(({ node }) => node.id === each)?.node.name ?? each) ?? [];
  const jewel = is === 'jewel' ? ', a crown jewel' : '';
  return visible(
    `${sign}: ${touched?.node.kind} ${touched?.node.name}${jewel}, touched ${count(touched?.events ?? 0, 'time')} by ${by.join(', ')}`,
  );
}

function Legend({ field }: { readonly field: Field }) {
  const unknown = field.dots.some(({ is }) => is === 'unknown' || is === 'unknown-jewel');
  return (
    <footer className={classes.legend}>
      <Key is="actor" text="who acted (letters)" />
      <Key is="touched" text="touched (numbers of the table)" />
      <Key is="touched-jewel" text="crown jewel that was touched" />
      <Key is="silent" text="within reach, not touched in any log" />
      <Key is="jewel" text="crown jewel within reach, not touched in any log" />
      {unknown && <Key is="unknown" text="within reach, unknown: its system is not logged" />}
      {field.unmarked > 0 && <span>{field.unmarked.toLocaleString()} more marks only in the table</span>}
    </footer>
  );
}

function Key({ is, text }: { readonly is: string; readonly text: string }) {
  return (
    <span className={classes.key}>
      <svg width={16} height={16} aria-hidden>
        {is === 'actor' || is === 'touched' ? (
          <circle className={classes.sample} data-is={is} cx={8} cy={8} r={6} />
        ) : is === 'touched-jewel' ? (
          <path className={classes.sample} data-is="jewel" d={diamond(8, 8, 7)} />
        ) : is === 'jewel' ? (
          <path className={classes.dot} data-is="jewel" d={diamond(8, 8, 5)} />
        ) : (
          <circle className={classes.dot} data-is={is} cx={8} cy={8} r={3.4} />
        )}
      </svg>
      {text}
    </span>
  );
}
