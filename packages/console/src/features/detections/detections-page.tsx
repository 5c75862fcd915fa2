/** Every detection, newest first, narrowed as wished: what is in no incident is found here. */
import { detectionVerdicts } from '@firebreak/contract/answers/detections';
import { findingSeverities } from '@firebreak/contract/finding';
import { Button, NativeSelect, Skeleton, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { detectionsQuery } from '../../data/detection-queries.ts';
import { useFallbackInterval } from '../../data/live.ts';
import { count } from '../../ui/count.ts';
import { Empty } from '../../ui/empty.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { DetectionCard } from './detection-card.tsx';
import { DetectionNav } from './detection-nav.tsx';
import classes from './detections-page.module.css';
import { type DetectionsSearch, detectionsSearch } from './detections-search.ts';
import { verdictWords } from './verdict.tsx';

export function DetectionsPage() {
  const { without: _, ...search } = useSearch({ from: '/detection/' });
  const answer = useInfiniteQuery({ ...detectionsQuery(search), refetchInterval: useFallbackInterval() });
  const [first] = answer.data?.pages ?? [];
  const detections = answer.data?.pages.flatMap((page) => page.detections) ?? [];
  return (
    <>
      <PageHead title="Detections" about="What rules and detectors found in the events that came in, newest first." />
      <DetectionNav />
      <Filters search={search} />
      {answer.isLoadingError && <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.isPending && <Skeleton height={520} radius={8} />}
      {first !== undefined && (
        <Panel
          title={<span role="status">{count(first.total, 'detection')}</span>}
          aside={first.suppressed > 0 && `${first.suppressed.toLocaleString()} of what fits are suppressed`}
          flush
        >
          {detections.length === 0 && (
            <Empty title="No detection fits.">
              That is only good news where events come in: the intake page says what does, and the quality page which
              detectors cannot tell.
            </Empty>
          )}
          {detections.map((detection) => (
            <DetectionCard key={detection.id} detection={detection} />
          ))}
          {answer.hasNextPage && (
            <div className={classes.more}>
              <Button variant="default" loading={answer.isFetchingNextPage} onClick={() => void answer.fetchNextPage()}>
                Show more
              </Button>
            </div>
          )}
        </Panel>
      )}
    </>
  );
}

function Filters({ search }: { readonly search: DetectionsSearch }) {
  const navigate = useNavigate({ from: '/detection' });
  const show = (part: { readonly [Key in keyof DetectionsSearch]?: string }) =>
    void navigate({
      search: ({ without }) => ({ without, ...detectionsSearch({ ...search, ...part }) }),
      replace: true,
    });
  const select = (
    key: 'severity' | 'incident' | 'verdict' | 'suppressed',
    label: string,
    data: { value: string; label: string }[],
  ) => (
    <NativeSelect
      size="xs"
      label={label}
      value={search[key] ?? ''}
      onChange={(event) => show({ [key]: event.currentTarget.value })}
      data={data}
    />
  );
  return (
    <div className={classes.filters}>
      <TextInput
        size="xs"
        label="Title, note or detector holds"
        value={search.text ?? ''}
        onChange={(event) => show({ text: event.currentTarget.value })}
        maxLength={200}
        spellCheck={false}
      />
      {select('severity', 'At least', [
        { value: '', label: 'any severity' },
        ...findingSeverities.toReversed().map((value) => ({ value, label: value })),
      ])}
      {select('incident', 'Incident', [
        { value: '', label: 'in any or none' },
        { value: 'none', label: 'in none' },
      ])}
      {select('verdict', 'Verdict', [
        { value: '', label: 'any or none' },
        { value: 'none', label: 'not judged' },
        ...detectionVerdicts.map((value) => ({ value, label: verdictWords[value] })),
      ])}
      {select('suppressed', 'Suppressed', [
        { value: '', label: 'hidden' },
        { value: 'shown', label: 'shown too' },
        { value: 'only', label: 'only those' },
      ])}
    </div>
  );
}
