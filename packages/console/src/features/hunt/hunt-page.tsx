/** A question over all events that are kept, new and old: what fits, and what is found most often among it. */
import type { Hunt } from '@firebreak/contract/answers/hunt';
import { Button, Skeleton } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useShortcut } from '../../app/shortcuts.tsx';
import { huntQuery } from '../../data/detection-queries.ts';
import { ProblemError } from '../../data/problem.ts';
import { count } from '../../ui/count.ts';
import { Empty } from '../../ui/empty.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { type Column, LongTable } from '../../ui/long-table.tsx';
import { Moment } from '../../ui/moment.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { DetectionNav } from '../detections/detection-nav.tsx';
import { QueryBox, queryInputId } from '../explorer/query-box.tsx';
import { queryFault } from '../explorer/query-fault.ts';
import { HuntBar } from './hunt-bar.tsx';
import classes from './hunt-page.module.css';
import {
  columnTitles,
  everyEvent,
  facetFields,
  type HuntQuestion,
  huntAsked,
  huntSearch,
  narrowed,
} from './hunt-search.ts';

const examples = ['outcome = refused', 'operation = "*secrets*"', 'activity = delete', 'address = "203.0.113.*"'];

export function HuntPage() {
  const { q = everyEvent, since, until, columns } = useSearch({ from: '/detection/hunt' });
  const question = huntSearch({ q, since, until, columns });
  const navigate = useNavigate({ from: '/detection/hunt' });
  const answer = useInfiniteQuery(huntQuery(huntAsked(question)));
  const fault = isAbout(answer.error, q) ? queryFault(answer.error, { query: q, typedAt: 0 }) : null;
  const pages = answer.data?.pages ?? [];
  const [first] = pages;
  const change = (more: HuntQuestion) =>
    void navigate({
      search: ({ without }) => {
        const { q: next, ...rest } = huntSearch({ ...question, ...more });
        return { without, ...rest, ...(next === undefined || next === everyEvent ? {} : { q: next }) };
      },
      replace: true,
    });
  const ask = (next: string) => change({ q: next });
  const titles = columns === undefined ? [] : columnTitles(columns);
  useShortcut('/', 'Search the events', () => document.getElementById(queryInputId)?.focus());
  return (
    <>
      <PageHead
        title="Hunting"
        about="A question over every event that is kept, in the database and in cold files alike."
        completeness={first?.completeness}
      />
      <DetectionNav />
      <QueryBox
        text={q === everyEvent ? '' : q}
        onText={ask}
        fault={fault}
        label="Search the events"
        placeholder="A query such as actor = system:serviceaccount:* and outcome = refused"
        examples={examples}
      />
      <HuntBar question={question} onQuestion={change} found={(first?.found ?? 0) > 0} />
      {answer.error !== null && fault === null && (
        <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />
      )}
      {answer.isPending && <Skeleton height={560} radius={8} />}
      {first === undefined && fault !== null && (
        <Empty title="Nothing was asked.">The query above cannot be read; once it can, its answer stands here.</Empty>
      )}
      {first !== undefined && (
        <div className={classes.stage}>
          <Facets facets={first.facets} onPick={(field, value) => ask(narrowed(q, field, value))} />
          <div className={classes.result}>
            <div className={classes.frame}>
              <LongTable
                label="Events found"
                rows={pages.flatMap(({ events }) => events)}
                idOf={({ event }) => event.id}
                columns={titles.length === 0 ? fixedColumns : withFields(titles)}
                stale={answer.isPlaceholderData || fault !== null}
                empty={
                  <Empty title="No event fits.">
                    That holds for what is kept: the intake page says which logs come in, and since when.
                  </Empty>
                }
              />
            </div>
            <footer className={classes.foot}>
              <span role="status">
                {count(
                  pages.reduce((sum, { found }) => Math.max(sum, found), 0),
                  'event',
                )}{' '}
                found, {pages.reduce((sum, { looked }) => sum + looked, 0).toLocaleString()} events were looked at
              </span>
              <Button
                size="compact-sm"
                variant="default"
                disabled={!answer.hasNextPage}
                loading={answer.isFetchingNextPage}
                onClick={() => void answer.fetchNextPage()}
              >
                Show older ones
              </Button>
            </footer>
          </div>
        </div>
      )}
    </>
  );
}

/** Columns are read in the same words; what is wrong with them is told as any other trouble. */
function isAbout(error: unknown, query: string): boolean {
  return error instanceof ProblemError && error.problem.detail?.query === query;
}

type Found = Hunt['events'][number];

const fixedColumns: readonly Column<Found>[] = [
  {
    title: 'When',
    width: '176px',
    cell: ({ event }) => (
      <Link to="/detection/event" search={{ id: event.id }} className="fb-node-link">
        <Moment at={event.time} />
      </Link>
    ),
  },
  { title: 'Who', width: '25%', cell: ({ event }) => <ForeignText text={event.actor.name} most={33} mono /> },
  { title: 'What', width: '18%', cell: ({ event }) => <ForeignText text={event.operation} most={23} mono /> },
  {
    title: 'On what',
    cell: ({ event }) => <ForeignText text={event.targets.join(', ') || '–'} most={23} mono />,
  },
  { title: 'Outcome', width: '84px', cell: ({ event }) => event.outcome },
  {
    title: 'From',
    width: '132px',
    cell: ({ event }) => <ForeignText text={event.actor.address ?? '–'} most={16} mono />,
  },
];

/** The fields that were asked for take the place of what is told of every event. */
function withFields(titles: readonly string[]): readonly Column<Found>[] {
  return [
    ...fixedColumns.filter(({ title }) => title === 'When' || title === 'What'),
    ...[...new Set(titles)].map((title) => ({
      title,
      cell: ({ values }: Found) => (
        <ForeignText text={(values?.[titles.indexOf(title)] ?? []).join(' | ') || '–'} most={40} mono />
      ),
    })),
  ];
}

interface FacetsProps {
  readonly facets: Hunt['facets'];
  readonly onPick: (field: string, value: string) => void;
}

function Facets({ facets, onPick }: FacetsProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={classes.facets} aria-label="Found most often" tabIndex={0}>
      {facetFields.map(({ facet, field, title }) => (
        <div key={facet}>
          <h2>{title}</h2>
          <ul>
            {(facets?.[facet] ?? []).slice(0, 8).map(({ value, events }) => (
              <li key={value}>
                <button type="button" onClick={() => onPick(field, value)}>
                  <ForeignText text={value} most={40} />
                </button>
                <span>{events.toLocaleString()}</span>
              </li>
            ))}
            {(facets?.[facet] ?? []).length === 0 && <li className="fb-quiet">none</li>}
          </ul>
        </div>
      ))}
    </section>
  );
}
