/** What comes in, how far the watch is behind, what was refused, and whether others hear what goes out. */
import type { IntakeStatus } from '@firebreak/contract/answers/intake';
import type { OutletState } from '@firebreak/contract/answers/outlets';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { intakeQuery, outletsQuery } from '../../data/detection-queries.ts';
import { count } from '../../ui/count.ts';
import { Empty } from '../../ui/empty.tsx';
import { Figure } from '../../ui/figure.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Notice } from '../../ui/notice.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { ShortTable } from '../../ui/short-table.tsx';
import { Tag } from '../../ui/tag.tsx';
import { DetectionNav } from '../detections/detection-nav.tsx';
import { spanText } from '../quality/share-scale.ts';
import classes from './intake-page.module.css';

export function IntakePage() {
  const intake = useQuery(intakeQuery);
  const outlets = useQuery(outletsQuery);
  return (
    <>
      <PageHead title="Intake" about="What comes in since the server started, and how far the watch is behind it." />
      <DetectionNav />
      {intake.isLoadingError && <ProblemNotice error={intake.error} onRetry={() => void intake.refetch()} />}
      {intake.isPending && <Skeleton height={720} radius={8} />}
      {intake.data !== undefined && (
        <div className="fb-stack">
          <WatchView watch={intake.data.watch} />
          <LineView line={intake.data.line} />
          <Sources sources={intake.data.sources} />
          <Logs logs={intake.data.logs} />
          <Refused watch={intake.data.watch} />
          {outlets.isLoadingError && <ProblemNotice error={outlets.error} onRetry={() => void outlets.refetch()} />}
          <Outlets outlets={outlets.data?.outlets} />
        </div>
      )}
    </>
  );
}

function WatchView({ watch }: { readonly watch: IntakeStatus['watch'] }) {
  if (watch === null)
    return (
      <Notice tone="warn" title="No watch runs on this server.">
        Events are kept and nobody looks at them.
      </Notice>
    );
  const behind = watch.last - watch.position;
  return (
    <>
      {(!watch.running || watch.trouble !== null) && (
        <Notice tone="danger" title="The watch does not run.">
          <ForeignText text={watch.trouble ?? 'It is starting, or starts again after a failure.'} most={300} />
        </Notice>
      )}
      {watch.stopped.length > 0 && (
        <Notice tone="danger" title="Detectors failed and were stopped. What they look for is not looked for.">
          <ul className={classes.plain}>
            {watch.stopped.map(({ detector, why }) => (
              <li key={detector}>
                <code>
                  <ForeignText text={detector} most={80} />
                </code>
                : <ForeignText text={why} most={200} />
              </li>
            ))}
          </ul>
        </Notice>
      )}
      <dl className={classes.figures}>
        <Figure
          label="Behind"
          tone={behind > 0 ? 'neutral' : 'good'}
          value={count(Math.max(0, behind), 'event')}
          hint={`seen ${watch.position.toLocaleString()} of ${watch.last.toLocaleString()}`}
        />
        <Figure
          label="From arrival to being seen"
          value={watch.lagMs === null ? '–' : spanText(watch.lagMs.p50)}
          hint={watch.lagMs === null ? 'nothing came in lately' : `99 % within ${spanText(watch.lagMs.p99)}`}
        />
        <Figure label="Detections" value={watch.detections.toLocaleString()} hint="since the server started" />
        <Figure
          label="Looked for by"
          value={watch.rules.toLocaleString()}
          hint={`rules, ${watch.correlations} correlations, ${watch.detectors} detectors`}
        />
      </dl>
      {watch.others.length > 0 && (
        <ul className={classes.plain}>
          {watch.others.map(({ line, position, saved }) => (
            <li key={line}>
              The watch of <ForeignText text={line} mono most={60} /> had come to event {position.toLocaleString()} at{' '}
              <Moment at={saved} />.
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function LineView({ line }: { readonly line: IntakeStatus['line'] }) {
  const unreadable = line.unreadable.reduce((sum, { events }) => sum + events, 0);
  return (
    <Panel title="What became of what was sent">
      <dl className={classes.figures}>
        <Figure label="Kept" value={line.taken.toLocaleString()} />
        <Figure label="There already" value={line.duplicates.toLocaleString()} />
        <Figure label="Told of nothing" value={line.passed.toLocaleString()} />
        <Figure label="Not readable" tone={unreadable > 0 ? 'warn' : 'neutral'} value={unreadable.toLocaleString()} />
        <Figure
          label="Sent away for want of room"
          tone={line.refused > 0 ? 'warn' : 'neutral'}
          value={line.refused.toLocaleString()}
          hint={`${line.waiting.toLocaleString()} of ${line.room.toLocaleString()} bytes wait`}
        />
        <Figure
          label="Told to come again"
          tone={line.heldBack > 0 ? 'warn' : 'neutral'}
          value={line.heldBack.toLocaleString()}
          hint="the watch had enough before it"
        />
      </dl>
      {line.unreadable.length > 0 && (
        <ul className={classes.plain}>
          {line.unreadable.map(({ why, events }) => (
            <li key={why}>
              {count(events, 'event')}: <ForeignText text={why} most={240} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Sources({ sources }: { readonly sources: IntakeStatus['sources'] }) {
  return (
    <Panel title="Who sends" flush>
      {sources.length === 0 ? (
        <Empty title="Nothing has come in since the server started.">
          Point an audit webhook, an OTLP exporter or a log shipper at this server, or send a file with{' '}
          <code>firebreak ingest</code>.
        </Empty>
      ) : (
        <Table
          label="Who sends"
          heads={['Source', 'Format', 'Kept', 'There already', 'Told of nothing', 'Not readable', 'Last']}
          rows={sources.map((each) => ({
            key: `${each.source} ${each.format}`,
            cells: [
              <ForeignText key="source" text={each.source} most={80} />,
              each.format === 'unknown' ? (
                <Tag key="f" tone="warn">
                  no format knows it
                </Tag>
              ) : (
                <code key="f">{each.format}</code>
              ),
              each.taken,
              each.duplicates,
              each.passed,
              each.unreadable,
              <Moment key="last" at={each.last} />,
            ],
          }))}
        />
      )}
    </Panel>
  );
}

function Logs({ logs }: { readonly logs: IntakeStatus['logs'] }) {
  return (
    <Panel title="All that is kept" flush>
      {logs.length === 0 ? (
        <Empty title="No event is kept.">What happened in the estate cannot be told without its logs.</Empty>
      ) : (
        <Table
          label="All that is kept"
          heads={['Format', 'Events', 'First', 'Last']}
          rows={logs.map(({ format, events, first, last }) => ({
            key: format,
            cells: [<code key="f">{format}</code>, events, <Moment key="a" at={first} />, <Moment key="b" at={last} />],
          }))}
        />
      )}
    </Panel>
  );
}

interface TableProps {
  readonly label: string;
  readonly heads: readonly string[];
  /** A number is written to the right of its cell. */
  readonly rows: readonly { readonly key: string; readonly cells: readonly ReactNode[] }[];
}

function Table({ label, heads, rows }: TableProps) {
  return (
    <ShortTable label={label} className={classes.table}>
      <thead>
        <tr>
          {heads.map((head, index) => (
            <th key={head} scope="col" data-numeric={typeof rows[0]?.cells[index] === 'number'}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, cells }) => (
          <tr key={key}>
            {cells.map((cell, index) => (
              <td key={heads[index]} data-numeric={typeof cell === 'number'}>
                {typeof cell === 'number' ? cell.toLocaleString() : cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </ShortTable>
  );
}

function Refused({ watch }: { readonly watch: IntakeStatus['watch'] }) {
  if (watch === null) return null;
  const refused = watch.problems.filter(({ warning }) => !warning).length;
  return (
    <Panel
      title="Rules that are refused or look wrong"
      aside={`${refused.toLocaleString()} refused, ${(watch.problems.length - refused).toLocaleString()} to look at`}
    >
      {watch.problems.length === 0 ? (
        <span className="fb-quiet">None: every rule that was found is looked for.</span>
      ) : (
        <ul className={classes.plain}>
          {watch.problems.slice(0, 100).map(({ code, file, line, reason, warning }) => (
            <li key={`${file} ${line} ${code} ${reason}`}>
              <Tag tone={warning ? 'neutral' : 'danger'}>{warning ? 'Look at' : 'Refused'}</Tag>{' '}
              <ForeignText text={`${file}:${line}`} mono most={100} /> <ForeignText text={reason} most={240} />{' '}
              <code className="fb-quiet">{code}</code>
            </li>
          ))}
          {watch.problems.length > 100 && <li className="fb-quiet">and {watch.problems.length - 100} more</li>}
        </ul>
      )}
    </Panel>
  );
}

function Outlets({ outlets }: { readonly outlets: readonly OutletState[] | undefined }) {
  return (
    <Panel title="Ways out" aside={outlets === undefined ? undefined : count(outlets.length, 'outlet')}>
      {outlets === undefined ? (
        <Skeleton height={40} />
      ) : outlets.length === 0 ? (
        <span className="fb-quiet">None is set up: nobody outside is told of incidents.</span>
      ) : (
        <ul className={classes.plain}>
          {outlets.map(({ outlet, kind, told, refused, lastTold, trouble, refusals }) => (
            <li key={outlet}>
              <strong>
                <ForeignText text={outlet} most={60} />
              </strong>{' '}
              <code>{kind}</code> {trouble !== null && <Tag tone="danger">Stuck</Tag>}
              <div className="fb-quiet">
                told {told.toLocaleString()}, refused {refused.toLocaleString()}
                {lastTold !== null && (
                  <>
                    , last <Moment at={lastTold} />
                  </>
                )}
              </div>
              {trouble !== null && (
                <div className={classes.trouble}>
                  <ForeignText text={trouble.why} most={240} />, since <Moment at={trouble.since} />,{' '}
                  {count(trouble.attempts, 'attempt')}; what comes after waits.
                </div>
              )}
              {refusals[0] !== undefined && (
                <div className="fb-quiet">
                  last refusal: <ForeignText text={refusals[0].why} most={240} />
                </div>
              )}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
