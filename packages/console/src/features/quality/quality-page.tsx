/** How good each detector is, from what people said of its detections; and which cannot tell, because nothing came in. */
import type { DetectorQuality, Quality } from '@firebreak/contract/answers/quality';
import { SegmentedControl, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { qualityQuery } from '../../data/detection-queries.ts';
import { Empty } from '../../ui/empty.tsx';
import { Figure } from '../../ui/figure.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { type Column, LongTable } from '../../ui/long-table.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Tag, type Tone } from '../../ui/tag.tsx';
import { DetectionNav } from '../detections/detection-nav.tsx';
import classes from './quality-page.module.css';
import { ShareBar } from './share-bar.tsx';
import { shareText, spanText } from './share-scale.ts';

export function QualityPage() {
  const answer = useQuery(qualityQuery);
  return (
    <>
      <PageHead
        title="Detector quality"
        about="Precision and false positives come from verdicts; the whiskers are 95 % intervals."
      />
      <DetectionNav />
      {answer.isLoadingError && <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.isPending && <Skeleton height={620} radius={8} />}
      {answer.data !== undefined && <QualityView quality={answer.data} />}
    </>
  );
}

const answers = {
  found: { word: 'Found', tone: 'info', plural: 'Found something' },
  silent: { word: 'Silent', tone: 'good', plural: 'Looked, found nothing' },
  'cannot-tell': { word: 'Cannot tell', tone: 'warn', plural: 'Cannot tell' },
} as const satisfies Readonly<Record<DetectorQuality['answer'], { word: string; tone: Tone; plural: string }>>;
type Shown = DetectorQuality['answer'] | 'all';

function QualityView({ quality }: { readonly quality: Quality }) {
  const [chosen, setShown] = useState<Shown | null>(null);
  const counted = (of: Shown) =>
    of === 'all' ? quality.detectors.length : quality.detectors.filter(({ answer }) => answer === of).length;
  const shown = chosen ?? (counted('found') > 0 ? 'found' : 'all');
  const rows = quality.detectors.filter(({ answer }) => shown === 'all' || answer === shown);
  const most = quality.detectors.reduce((high, each) => Math.max(high, each.falsePositiveRate?.high ?? 0), 0);
  const columns = useMemo(() => columnsOf(most), [most]);
  const { timeToDetect, timeToVerdict, falsePositives } = quality;
  return (
    <>
      <dl className={classes.figures}>
        <Figure label="Detections" value={quality.detections.toLocaleString()} hint="in all" />
        <Figure
          label="Judged"
          value={quality.judged.toLocaleString()}
          hint={quality.detections === 0 ? 'nothing to judge' : `of ${quality.detections.toLocaleString()}`}
        />
        <Figure
          label="False alarms among them"
          value={falsePositives === null ? '–' : shareText(falsePositives.value)}
          hint={
            falsePositives === null
              ? 'nobody has judged any'
              : `${shareText(falsePositives.low)} to ${shareText(falsePositives.high)}`
          }
        />
        <Figure
          label="Time to detect"
          value={timeToDetect === null ? '–' : spanText(timeToDetect.median)}
          hint={
            timeToDetect === null
              ? 'no detection'
              : `median; 90 % within ${spanText(timeToDetect.p90)}, replayed logs count as late`
          }
        />
        <Figure
          label="Time to a verdict"
          value={timeToVerdict === null ? '–' : spanText(timeToVerdict.median)}
          hint={timeToVerdict === null ? 'no verdict' : `median; 90 % within ${spanText(timeToVerdict.p90)}`}
        />
      </dl>
      <div className={classes.result}>
        <div className={classes.tools}>
          <SegmentedControl
            size="xs"
            aria-label="Detectors that"
            value={shown}
            onChange={(value) => setShown(value as Shown)}
            data={(['found', 'silent', 'cannot-tell', 'all'] as const).map((value) => ({
              value,
              label: `${value === 'all' ? 'All' : answers[value].plural} ${counted(value).toLocaleString()}`,
            }))}
          />
        </div>
        <div className={classes.frame}>
          <LongTable
            label="Detectors"
            rows={rows}
            idOf={({ detector }) => detector}
            columns={columns}
            empty={<Empty title="No detector is of this sort.">Choose another sort above.</Empty>}
          />
        </div>
      </div>
    </>
  );
}

function judgedOf({ verdicts }: DetectorQuality): number {
  return Object.values(verdicts).reduce((sum, number) => sum + number, 0);
}

function columnsOf(most: number): readonly Column<DetectorQuality>[] {
  return [
    {
      title: 'Detector',
      cell: ({ detector, title }) => (
        <Link to="/detection" search={{ detector }} className="fb-node-link" title={detector}>
          <ForeignText text={title === '' ? detector : title} most={64} />
        </Link>
      ),
      compare: (a, b) => a.title.localeCompare(b.title),
    },
    {
      title: 'Answer',
      width: '112px',
      cell: ({ answer, why }) => (
        <Tag tone={answers[answer].tone} title={why}>
          {answers[answer].word}
        </Tag>
      ),
    },
    {
      title: 'Detections',
      width: '100px',
      numeric: true,
      cell: ({ detections }) => detections.toLocaleString(),
      compare: (a, b) => b.detections - a.detections,
    },
    {
      title: 'Judged',
      width: '78px',
      numeric: true,
      cell: (row) => judgedOf(row).toLocaleString(),
      compare: (a, b) => judgedOf(b) - judgedOf(a),
    },
    {
      title: 'Precision',
      width: '310px',
      cell: ({ precision }) => <ShareBar share={precision} most={1} tone="good" />,
      compare: (a, b) => (b.precision?.value ?? -1) - (a.precision?.value ?? -1),
    },
    {
      title: 'False alarms per event that it looked at',
      width: '360px',
      cell: (row) =>
        row.answer === 'cannot-tell' ? (
          <span className="fb-quiet">
            no event of <ForeignText text={row.needs.join(', ') || 'what it needs'} most={40} />
          </span>
        ) : (
          // What nobody has judged may all be false.
          <ShareBar
            share={row.detections > 0 && judgedOf(row) === 0 ? null : row.falsePositiveRate}
            most={most}
            tone="warn"
          />
        ),
    },
  ];
}
