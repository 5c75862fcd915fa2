/** The way back into service: what is next, what stands before it, who did what, and what shows it. */
import type { RecoveryBoard, RecoverySection } from '@firebreak/contract/answers/recovery';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { recoveryQuery } from '../../data/recovery-queries.ts';
import { count } from '../../ui/count.ts';
import { LimitedNotice } from '../../ui/limited-notice.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Prose } from '../../ui/prose.tsx';
import { Rows } from '../../ui/rows.tsx';
import { BoardItem } from './board-item.tsx';
import { FollowUps } from './follow-ups.tsx';
import classes from './recovery-tab.module.css';
import { ReturnToService } from './return-to-service.tsx';

const titles: Readonly<Record<RecoverySection, string>> = {
  contain: 'Contained',
  evidence: 'Evidence',
  choose: 'Version that comes back',
  rollback: 'Rolled back, as the servers answer',
  rotate: 'Secrets and keys',
  rebuild: 'Rebuilt from known-good images',
  canary: 'Canary',
  return: 'Before access returns',
};
const order = Object.keys(titles) as RecoverySection[];

export function RecoveryTab() {
  const { incidentId } = useParams({ from: '/incidents/$incidentId/recovery' });
  const board = useQuery(recoveryQuery(incidentId));
  if (board.isLoadingError) return <ProblemNotice error={board.error} onRetry={() => void board.refetch()} />;
  if (board.data === undefined) return <Skeleton height={420} radius={8} />;
  return (
    <div className={classes.columns}>
      <div className="fb-stack">
        <Next board={board.data} />
        {board.data.completeness.answer === 'limited' && (
          <LimitedNotice completeness={board.data.completeness} meaning="The board may be missing what was not read." />
        )}
        {order.map((section) => (
          <SectionPanel key={section} section={section} board={board.data} />
        ))}
      </div>
      <div className="fb-stack">
        <ReturnToService board={board.data} />
        <FollowUps incidentId={incidentId} />
      </div>
    </div>
  );
}

/** One sentence for whoever has no time: what to do now. */
function Next({ board }: { readonly board: RecoveryBoard }) {
  const next = board.items.find(({ id }) => id === board.next);
  if (board.access === 'returned')
    return (
      <Notice tone="good" title="Access is back.">
        The restored versions stay; what was cut off is given back.
      </Notice>
    );
  if (next === undefined)
    return (
      <Notice tone="good" title="Every item is done or does not apply.">
        {board.missing.length > 0
          ? `To sign it off: ${board.missing.join(', ')}.`
          : 'It is signed off. Make the attestation, then give access back.'}
      </Notice>
    );
  return (
    <Notice tone="info" title={`Next: ${next.title}`}>
      <Prose text={next.next} /> {board.open} of {count(board.items.length, 'item')} {board.open === 1 ? 'is' : 'are'}{' '}
      open.
    </Notice>
  );
}

function SectionPanel({ section, board }: { readonly section: RecoverySection; readonly board: RecoveryBoard }) {
  const items = board.items.filter((item) => item.section === section);
  if (items.length === 0) return null;
  const open = items.filter(({ state }) => state === 'open' || state === 'failed').length;
  return (
    <Panel title={titles[section]} flush aside={open === 0 ? 'done' : `${open} open`}>
      <Rows>
        {items.map((item) => (
          <BoardItem key={item.id} item={item} board={board} />
        ))}
      </Rows>
    </Panel>
  );
}
