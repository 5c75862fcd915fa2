import { Button, CloseButton, Popover } from '@mantine/core';
import { Link, useLocation } from '@tanstack/react-router';
import { asProblem } from '../../data/problem.ts';
import { count } from '../../ui/count.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { BeforeAfter } from './before-after.tsx';
import { useTray } from './tray.ts';
import { useWhatIf } from './use-what-if.ts';
import classes from './what-if-bar.module.css';

/** The tray along the lower edge, over every page while something is in it. The page below has room for it. */
export function WhatIfBar() {
  const tray = useTray();
  const { answer, settled, error } = useWhatIf();
  const { pathname } = useLocation();
  // The page of the what-if says the same, and more.
  if (tray.picked.length === 0 || pathname === '/exposure/what-if') return null;
  return (
    <>
      <div className={classes.room} />
      <aside className={classes.bar} aria-label="What if">
        <Popover position="top-start" width={560} withinPortal trapFocus returnFocus>
          <Popover.Target>
            <Button size="xs" variant="default">
              Without {count(tray.picked.length, 'thing')}
            </Button>
          </Popover.Target>
          <Popover.Dropdown>
            <Picked />
          </Popover.Dropdown>
        </Popover>
        <div
          className={classes.result}
          data-settled={settled}
          aria-live="polite"
          aria-busy={!settled && error === null}
        >
          {error !== null ? (
            <span className={classes.wrong}>
              <ForeignText text={`${asProblem(error).what} ${asProblem(error).why}`} most={150} />
            </span>
          ) : (
            <BeforeAfter answer={answer} />
          )}
        </div>
        <span className={classes.end}>
          <Link to="/exposure/what-if">See what changes</Link>
          <Button size="compact-sm" variant="subtle" onClick={tray.clear}>
            Clear
          </Button>
        </span>
      </aside>
    </>
  );
}

/** What is in the tray, each with the way out. */
export function Picked() {
  const tray = useTray();
  const { answer } = useWhatIf();
  return (
    <ul className={classes.picked} aria-label="Taken away">
      {tray.picked.map((toggle) => {
        const told = answer?.toggled.find((each) => each.toggle === toggle);
        return (
          <li key={toggle}>
            <span className={classes.kind}>
              {told?.is === 'lever' ? 'action' : told?.is === 'fact' ? 'object' : told?.is}
            </span>
            <ForeignText text={toggle} mono most={160} />
            <span className="fb-quiet">{told === undefined ? '' : count(told.edges, 'step')}</span>
            <CloseButton size="sm" aria-label={`Keep ${toggle}`} onClick={() => tray.drop(toggle)} />
          </li>
        );
      })}
    </ul>
  );
}
