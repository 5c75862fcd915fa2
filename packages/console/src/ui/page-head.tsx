import type { Completeness } from '@firebreak/contract/answer';
import { Popover, UnstyledButton } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { count } from './count.ts';
import { GapList } from './limited-notice.tsx';
import classes from './page-head.module.css';
import { Tag } from './tag.tsx';
import { visible } from './visible.ts';

interface PageHeadProps {
  /** For the window's title. */
  readonly title: string;
  readonly heading?: ReactNode;
  /** One line of what the page is about; its place is kept while it is not known. */
  readonly about?: ReactNode;
  /** Of the answer that the page shows; undefined while there is none. */
  readonly completeness?: Completeness | undefined;
  readonly children?: ReactNode;
}

/** The top of a page: its name, whether what it shows is the whole truth, and what can be done. */
export function PageHead({ title, heading, about, completeness, children }: PageHeadProps) {
  useDocumentTitle(`${visible(title)} · Firebreak`);
  return (
    <header className={classes.head}>
      <div className={classes.names}>
        <h1>{heading ?? title}</h1>
        <div className={classes.about}>{about}</div>
      </div>
      <div className={classes.actions}>
        <CompletenessSign completeness={completeness} />
        {children}
      </div>
    </header>
  );
}

/** `Complete`, or `Limited` with its reasons at a press: it takes the same place in either case. */
function CompletenessSign({ completeness }: { readonly completeness: Completeness | undefined }) {
  if (completeness === undefined) return <span className={classes.sign} />;
  if (completeness.answer === 'complete') {
    return (
      <span className={classes.sign}>
        <Tag tone="good" title="Everything that this answer depends on was read.">
          Complete
        </Tag>
      </span>
    );
  }
  return (
    <span className={classes.sign}>
      <Popover position="bottom-end" width={460} withinPortal trapFocus returnFocus>
        <Popover.Target>
          <UnstyledButton className={classes.limited}>
            <Tag tone="warn">Limited: {count(completeness.reasons.length, 'gap')}</Tag>
          </UnstyledButton>
        </Popover.Target>
        <Popover.Dropdown>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
          <section className={classes.gaps} tabIndex={0} aria-label="What could not be read">
            <p>Something could not be read, so there may be more than is shown.</p>
            <GapList gaps={completeness.reasons} />
          </section>
        </Popover.Dropdown>
      </Popover>
    </span>
  );
}
