import { count } from '../../ui/count.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { NodeLink } from '../../ui/node-link.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Tag } from '../../ui/tag.tsx';
import type { Drift } from './metric-series.ts';
import classes from './telemetry-page.module.css';

/** What changed, newest first, and what happened beside it, the best fit first. None of it is said to be the cause. */
export function DriftList({ drifts }: { readonly drifts: readonly Drift[] }) {
  return (
    <Panel title="Changes" aside={count(drifts.length, 'change')}>
      {drifts.length === 0 && <span className="fb-quiet">No metric has changed by more than chance explains.</span>}
      <ul className={classes.drifts}>
        {drifts.map((drift) => (
          <li key={`${drift.detector} ${drift.found}`}>
            <div>
              <code>{drift.detector}</code> {drift.ended === null ? <Tag tone="warn">Goes on</Tag> : <Tag>Over</Tag>}
            </div>
            <div>
              Began most likely <Moment at={drift.began.at} />
              <div className="fb-quiet">
                with 95 % of the odds between <Moment at={drift.began.from} /> and <Moment at={drift.began.to} />
              </div>
            </div>
            <ul className={classes.plain}>
              {drift.metrics.slice(0, 5).map(({ name, what }) => (
                <li key={name}>
                  <strong>
                    <ForeignText text={name} most={50} />
                  </strong>
                  : <ForeignText text={what} most={200} />
                </li>
              ))}
            </ul>
            <h3 className={classes.beside}>What else happened then</h3>
            {drift.beside.length === 0 ? (
              <div className="fb-quiet">Nothing that was logged happened upstream of the model.</div>
            ) : (
              <ol className={classes.plain}>
                {drift.beside.slice(0, 8).map(({ evidence, kind, time, what, about, score, why }) => (
                  <li key={evidence}>
                    <Tag tone="info">{Math.round(score * 100)} %</Tag> <Tag>{kind}</Tag>{' '}
                    <ForeignText text={what} most={240} />
                    <div className="fb-quiet">
                      <Moment at={time} />
                      {about !== null && (
                        <>
                          , <NodeLink node={about} most={48} />
                        </>
                      )}
                      . <ForeignText text={why} most={200} />
                    </div>
                  </li>
                ))}
              </ol>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
