import type { AttackPath, PathStep } from '@firebreak/contract/graph';
import { Collapse } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { Fragment, type ReactNode, useEffect, useId, useState } from 'react';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { NodeName } from '../../ui/node-name.tsx';
import { Tag } from '../../ui/tag.tsx';
import { PickButton } from '../what-if/pick-button.tsx';
import { stepToggle } from '../what-if/tray.ts';
import classes from './path-card.module.css';
import { likelihoodWord, pathText, stepCount, techniqueName } from './path-text.ts';

interface PathCardProps {
  readonly path: AttackPath;
  readonly allOpen: boolean;
}

/** One path as steps to read from top to bottom; each opens to why it works, how to cut it and what it stands on. */
export function PathCard({ path, allOpen }: PathCardProps) {
  return (
    <article className={classes.card}>
      <header className={classes.head}>
        <div>
          <h2>
            <NodeName node={path.start} /> <span className={classes.to}>reaches</span> <NodeName node={path.goal} />
          </h2>
          <div className={classes.about}>
            {path.jewel !== undefined && (
              <>
                <Tag tone="jewel">crown jewel</Tag> <ForeignText text={path.jewel} most={160} />
                <span aria-hidden> · </span>
              </>
            )}
            <span className="fb-quiet">
              {stepCount(path)}, {likelihoodWord(path.likelihood)}
            </span>
          </div>
        </div>
        <CopyButton label="Copy" text={() => pathText(path)} />
      </header>
      <ol className={classes.steps}>
        {path.steps.map((step, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the place in the path is what a step is
          <Step key={index} step={step} ordinal={index + 1} allOpen={allOpen} />
        ))}
      </ol>
    </article>
  );
}

interface StepProps {
  readonly step: PathStep;
  readonly ordinal: number;
  readonly allOpen: boolean;
}

function Step({ step, ordinal, allOpen }: StepProps) {
  const [opened, setOpened] = useState(allOpen);
  const id = useId();
  useEffect(() => setOpened(allOpen), [allOpen]);
  return (
    <li className={classes.step}>
      <button
        type="button"
        className={classes.line}
        aria-expanded={opened}
        aria-controls={id}
        onClick={() => setOpened(!opened)}
      >
        <span className={classes.ordinal}>{ordinal}</span>
        <span className={classes.text}>
          <code className={classes.type}>{step.type}</code>
          <span className={classes.what}>
            <ForeignText text={step.what} />
          </span>
          <span className={classes.ends}>
            {[step.from, ...(step.with ?? [])].map((node, index) => (
              <Fragment key={node.id}>
                {index > 0 && ' and '}
                <NodeName node={node} most={48} />
              </Fragment>
            ))}
            <span className={classes.to}> gives </span>
            <NodeName node={step.to} most={48} />
          </span>
        </span>
        <IconChevronRight size={16} className={classes.chevron} data-opened={opened} aria-hidden />
      </button>
      <Collapse expanded={opened} id={id} transitionDuration={120}>
        <dl className={classes.detail}>
          <Detail name="Why it works">
            <ForeignText text={step.why} />
          </Detail>
          <Detail name="How to cut it">
            <ForeignText text={step.cut} />{' '}
            <PickButton toggle={stepToggle(step)} of={`step ${ordinal}, ${step.type}`} />
          </Detail>
          {step.group !== undefined && (
            <Detail name="One of">
              <ForeignText text={step.group} />
            </Detail>
          )}
          {step.note !== undefined && (
            <Detail name="Note">
              <ForeignText text={step.note} mono />
            </Detail>
          )}
          <Detail name="Takes">
            {step.traverse}, {likelihoodWord(step.likelihood)}
          </Detail>
          <Detail name="Stands on">
            <ul className={classes.facts}>
              {step.facts.map((fact) => (
                <li key={fact}>
                  <ForeignText text={fact} mono />
                </li>
              ))}
            </ul>
          </Detail>
          {step.techniques.length > 0 && (
            <Detail name="Techniques">
              <span className={classes.techniques}>
                {step.techniques.map((technique) => (
                  <Tag key={technique}>{techniqueName(technique)}</Tag>
                ))}
              </span>
            </Detail>
          )}
        </dl>
      </Collapse>
    </li>
  );
}

function Detail({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
