/** What breaks if a node is revoked or a step is carried out, opened to its reasons. */
import type { Breakage } from '@firebreak/contract/answers/breakage';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { impactQuery } from '../../data/planning-queries.ts';
import { count } from '../../ui/count.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { LimitedNotice } from '../../ui/limited-notice.tsx';
import { NodeLink } from '../../ui/node-link.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { LookTag, Tag } from '../../ui/tag.tsx';
import classes from './impact-view.module.css';
import { Reasons } from './reasons.tsx';
import { UseRecord } from './use-record.tsx';
import { useWords } from './use-words.ts';

/** Of a node: every way of taking it away that is at hand, and who loses it. */
export function ImpactView({ node }: { readonly node: string }) {
  const impact = useQuery(impactQuery(node));
  if (impact.isLoadingError) return <ProblemNotice error={impact.error} onRetry={() => void impact.refetch()} />;
  if (impact.data === undefined) return <Skeleton height={420} radius={8} aria-busy="true" />;
  const { ways, holders, holderCount, gives, givesCount, evidence, completeness } = impact.data;
  return (
    <div className={classes.page}>
      <LimitedNotice completeness={completeness} meaning="more may break than is listed." />
      <p className="fb-quiet">
        <UseRecord sources={evidence} />
      </p>
      <Panel title="Ways of taking it away" aside={count(ways.length, 'way')} flush>
        {ways.length === 0 && <p className={classes.none}>No lever at hand takes it away.</p>}
        <ul className={classes.ways}>
          {ways.map((way) => (
            <li key={way.lever.key}>
              <Way way={way} />
            </li>
          ))}
        </ul>
      </Panel>
      <div className={classes.columns}>
        <Panel title="Who holds it today, and would lose it" aside={count(holderCount, 'holder')}>
          <ul className={classes.nodes}>
            {holders.map((holder) => (
              <li key={holder.id}>
                <NodeLink node={holder} most={50} /> <code>{holder.by}</code> <LookTag look={useWords[holder.use]} />{' '}
                {holder.owner !== undefined && (
                  <span className="fb-quiet">
                    owned by <ForeignText text={holder.owner} most={40} />
                  </span>
                )}
              </li>
            ))}
            {holderCount === 0 && <li className="fb-quiet">Nobody that is known.</li>}
            <More shown={holders.length} of={holderCount} />
          </ul>
        </Panel>
        <Panel title="What it gives to whoever holds it" aside={count(givesCount, 'thing')}>
          <ul className={classes.nodes}>
            {gives.map((given) => (
              <li key={`${given.id} ${given.by}`}>
                <NodeLink node={given} most={50} /> <code>{given.by}</code>
              </li>
            ))}
            {givesCount === 0 && <li className="fb-quiet">Nothing that is known.</li>}
            <More shown={gives.length} of={givesCount} />
          </ul>
        </Panel>
      </div>
    </div>
  );
}

function More({ shown, of }: { readonly shown: number; readonly of: number }) {
  return of > shown ? <li className="fb-quiet">and {(of - shown).toLocaleString()} more</li> : null;
}

function Way({ way }: { readonly way: Breakage['ways'][number] }) {
  return (
    <article className={classes.way} aria-label={way.title}>
      <h3>
        <ForeignText text={way.title} most={200} /> {way.drastic && <Tag tone="danger">drastic</Tag>}{' '}
        {way.approvals > 1 && <Tag tone="warn">{way.approvals} people</Tag>}
      </h3>
      {way.ruledOut !== undefined && (
        <p className={classes.ruledOut}>
          Not for this: <ForeignText text={way.ruledOut} />
        </p>
      )}
      <Reasons cost={way.cost} reasons={way.reasons} />
      <Interrupted interrupts={way.interrupts} />
      <p>
        <span className="fb-quiet">Undo:</span> <ForeignText text={way.undo} />{' '}
        <span className="fb-quiet">Severs {count(way.severs, 'attack step')}.</span>
      </p>
    </article>
  );
}

/** Who is interrupted by what, and whether they were ever seen to use it. */
export function Interrupted({ interrupts }: Pick<Breakage['ways'][number], 'interrupts'>) {
  if (interrupts.length === 0) return <p className="fb-quiet">Interrupts nothing that is known.</p>;
  return (
    <ul className={classes.nodes} aria-label="Interrupted use">
      {interrupts.map(({ who, what, weight, use }) => (
        <li key={`${who.id} ${what}`}>
          <ForeignText text={what} /> <NodeLink node={who} most={50} /> <LookTag look={useWords[use]} />{' '}
          <span className="fb-quiet">weighs {Number(weight.toFixed(2))}</span>
        </li>
      ))}
    </ul>
  );
}
