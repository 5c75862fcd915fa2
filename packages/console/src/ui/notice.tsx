import { IconAlertTriangle, IconCircleCheck, IconInfoCircle, IconXboxX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './notice.module.css';
import type { Tone } from './tag.tsx';

interface NoticeProps {
  readonly tone: Extract<Tone, 'info' | 'danger' | 'warn' | 'good'>;
  readonly title: ReactNode;
  /** Read out at once by screen readers: for what just happened, not for what stood there from the start. */
  readonly urgent?: boolean;
  readonly children?: ReactNode;
}

const icons = { info: IconInfoCircle, danger: IconXboxX, warn: IconAlertTriangle, good: IconCircleCheck };

/** A framed message that is part of the page. */
export function Notice({ tone, title, urgent = false, children }: NoticeProps) {
  const Icon = icons[tone];
  return (
    <div className={classes.notice} data-tone={tone} role={urgent ? 'alert' : undefined}>
      <Icon className={classes.icon} size={18} aria-hidden />
      <div className={classes.body}>
        <div className={classes.title}>{title}</div>
        {children}
      </div>
    </div>
  );
}
