import type { StepRun } from '@firebreak/contract/incident';
import type { PlanStep } from '@firebreak/contract/plan';
import { Loader } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconHelpCircle, IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { AnswerOf } from '../../data/client.ts';
import { count } from '../../ui/count.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { JsonRecord } from '../../ui/json-record.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Tag } from '../../ui/tag.tsx';
import { Reasons } from '../impact/reasons.tsx';
import { StepImpact } from '../impact/step-impact.tsx';
import { reasonWords } from './plan-words.ts';
import { StepAftermath } from './step-aftermath.tsx';
import { StepFact as Row } from './step-fact.tsx';
import { stepWord } from './step-progress.ts';
import classes from './step-row.module.css';

type Preview = AnswerOf<'dryRun'>['steps'][number];

interface StepRowProps {
  /** Absent for a run whose plan is no longer the current one. */
  readonly step: PlanStep | undefined;
  readonly run: StepRun | undefined;
  readonly preview: Preview | undefined;
  /** Ways to a plan with or without this step. */
  readonly wish?: ReactNode;
}

/** One step: what it does and why, what it severs and interrupts, how it is undone, and how it went. */
export function StepRow({ step, run, preview, wish }: StepRowProps) {
  const title = step?.title ?? run?.title ?? '';
  const undo = step?.reversal.how ?? run?.undo ?? '';
  const changes = run !== undefined && run.changes.length > 0 ? run.changes : (preview?.changes ?? []);
  return (
    <li className={classes.step}>
      <span className={classes.ordinal}>{step?.ordinal ?? run?.ordinal}</span>
      <div className={classes.body}>
        <div className={classes.head}>
          <span className={classes.title}>
            <ForeignText text={title} most={200} />
          </span>
          <span className={classes.tags}>
            {step?.drastic === true && (
              <Tag
                tone="danger"
                icon={<IconAlertTriangle aria-hidden />}
                title="Customers are hit, or undo cannot bring everything back"
              >
                drastic
              </Tag>
            )}
            {step !== undefined && <Tag>{reasonWords[step.reason]}</Tag>}
            <Approvals step={step} run={run} />
            {run !== undefined && <RunState run={run} />}
          </span>
        </div>
        {step !== undefined && (
          <div className={classes.why}>
            <ForeignText text={step.why} />
          </div>
        )}
        <dl className={classes.facts}>
          {step !== undefined && <Severs step={step} />}
          {step !== undefined && <Interrupts step={step} />}
          {step !== undefined && step.restarts.length > 0 && (
            <Row name="Restarts">
              <NodeNames nodes={step.restarts} />
            </Row>
          )}
          {step !== undefined && (
            <Row name="Costs">
              <Reasons cost={step.cost} reasons={step.reasons ?? []} />
            </Row>
          )}
          <Row name="Undo">
            {step?.reversal.kind === 'none' &&
              (step.stage === 'evidence' ? 'Nothing to undo: ' : <strong>Cannot be undone: </strong>)}
            <ForeignText text={undo} />
          </Row>
          {run !== undefined && run.approvals.length > 0 && (
            <Row name="Approved">
              {run.approvals.map(({ by, at, vouched, breakGlass }) => (
                <span key={by} className={classes.approval}>
                  <ForeignText text={by} most={40} /> <Moment at={at} />
                  {vouched !== undefined && (
                    <>
                      {' '}
                      by a link of <ForeignText text={vouched} most={40} />
                    </>
                  )}
                  {breakGlass !== undefined && (
                    <>
                      {' '}
                      <Tag tone="danger">against the policy</Tag>
                    </>
                  )}
                </span>
              ))}
            </Row>
          )}
          {run?.reason != null && (
            <Row name="Reason">
              <ForeignText text={run.reason} />
            </Row>
          )}
          {run !== undefined && run.probes.length > 0 && <Probes probes={run.probes} />}
          {run !== undefined && <StepAftermath run={run} />}
          {preview?.problem != null && (
            <Row name="Dry-run">
              <span className={classes.problem}>
                <ForeignText text={preview.problem} />
              </span>
            </Row>
          )}
          {preview !== undefined && preview.problem === null && changes.length === 0 && (
            <Row name="Dry-run">Reads only; sends no change.</Row>
          )}
        </dl>
        {step !== undefined && (
          <div className={classes.more}>
            <StepImpact lever={step.lever.key} title={step.title} />
            {wish}
          </div>
        )}
        {changes.length > 0 && <Requests changes={changes} before={preview?.before} opened={preview !== undefined} />}
      </div>
    </li>
  );
}

function RunState({ run }: { readonly run: StepRun }) {
  const { word, tone, busy } = stepWord(run);
  return (
    <Tag tone={tone} icon={busy ? <Loader size={11} color="currentColor" aria-hidden /> : undefined}>
      {word}
      {run.attempt > 1 && ` · attempt ${run.attempt}`}
    </Tag>
  );
}

function Approvals({ step, run }: Pick<StepRowProps, 'step' | 'run'>) {
  const needed = run?.approvalsNeeded ?? step?.approvals ?? 1;
  const given = run?.approvals ?? [];
  // One approval of one is no news; the row below says whose it was.
  if (needed < 2) return null;
  return (
    <Tag
      tone={given.length >= needed ? 'neutral' : 'warn'}
      title={given.length === 0 ? 'Needs two different people' : `Approved by ${given.map(({ by }) => by).join(', ')}`}
    >
      {given.length} of {needed} approved
    </Tag>
  );
}

function Severs({ step }: { readonly step: PlanStep }) {
  if (step.severs.length === 0) return null;
  const types = [...Map.groupBy(step.severs, (edge) => edge.type)];
  return (
    <Row name="Severs">
      <details>
        <summary>
          {count(step.severs.length, 'attack step')}:{' '}
          {types.map(([type, edges], index) => (
            <span key={type}>
              {index > 0 && ', '}
              <code>{type}</code>
              {edges.length > 1 && ` × ${edges.length}`}
            </span>
          ))}
        </summary>
        <ul className={classes.edges}>
          {step.severs.map((edge) => (
            <li key={[edge.type, edge.from, ...(edge.with ?? []), edge.to].join(' ')}>
              <code>{edge.type}</code> <ForeignText text={[edge.from, ...(edge.with ?? [])].join(' and ')} mono /> →{' '}
              <ForeignText text={edge.to} mono />
            </li>
          ))}
        </ul>
      </details>
    </Row>
  );
}

function Interrupts({ step }: { readonly step: PlanStep }) {
  return (
    <Row name="Interrupts">
      {step.interrupts.length === 0 ? (
        <span className="fb-quiet">Nothing that is known.</span>
      ) : (
        <ul className={classes.plain}>
          {[...Map.groupBy(step.interrupts, (interruption) => interruption.what)].map(([what, same]) => (
            <li key={what}>
              <ForeignText text={what} />{' '}
              <span className="fb-quiet">
                (<NodeNames nodes={same.map((interruption) => interruption.who)} />)
              </span>
            </li>
          ))}
        </ul>
      )}
    </Row>
  );
}

/** Several nodes in a row: the kind is said once for those that share it. */
function NodeNames({ nodes }: { readonly nodes: PlanStep['restarts'] }) {
  return [...Map.groupBy(nodes, (node) => node.kind)].map(([kind, same], group) => (
    <span key={kind}>
      {group > 0 && '; '}
      <ForeignText text={kind} most={40} />{' '}
      {same.map((node, index) => (
        <span key={node.id} title={node.id}>
          {index > 0 && ', '}
          <ForeignText text={node.name} most={60} mono />
        </span>
      ))}
    </span>
  ));
}

const probeLooks = {
  holds: { word: 'Holds', Icon: IconCheck },
  fails: { word: 'Fails', Icon: IconX },
  'cannot-tell': { word: 'Cannot tell', Icon: IconHelpCircle },
} as const;

function Probes({ probes }: { readonly probes: StepRun['probes'] }) {
  return (
    <Row name="Tried">
      <ul className={classes.plain}>
        {probes.map((probe) => {
          const { word, Icon } = probeLooks[probe.result];
          return (
            <li key={`${probe.what} ${probe.evidence}`} className={classes.probe} data-result={probe.result}>
              <span className={classes.result}>
                <Icon size={15} aria-hidden /> {word}
              </span>
              <span>
                <ForeignText text={probe.what} />{' '}
                <span className="fb-quiet">
                  – <ForeignText text={probe.evidence} />
                </span>
              </span>
            </li>
          );
        })}
      </ul>
    </Row>
  );
}

interface RequestsProps {
  readonly changes: StepRun['changes'];
  /** The state that a dry-run read. */
  readonly before: unknown;
  readonly opened: boolean;
}

/** What will be sent, or was, beside what is there before it. */
function Requests({ changes, before, opened }: RequestsProps) {
  return (
    <details className={classes.requests} open={opened}>
      <summary>{count(changes.length, 'exact request')}</summary>
      {before !== undefined && (
        <div className={classes.request}>
          <span className="fb-quiet">As it is now</span>
          <JsonRecord value={before} />
        </div>
      )}
      {changes.map((change) => (
        <div key={`${change.verb} ${change.request}`} className={classes.request}>
          <code>
            <ForeignText text={change.request} />
          </code>
          {change.body !== undefined && <JsonRecord value={change.body} />}
        </div>
      ))}
    </details>
  );
}
