/**
 * How long a claim is certainly ours, judged without asking. The database counts from when it handles our request, we from
 * when we sent it, so our end comes first. Both clocks of the machine are watched: the monotonic one does not run while the
 * machine sleeps, the wall clock may be set back.
 */
export interface Lease {
  /** Aborts when the lease ends, is lost, or the worker shuts down. */
  readonly signal: AbortSignal;
  /** A request that renews it is about to be sent; call what comes back when it was granted. */
  renewing(): () => void;
  isHeld(): boolean;
  end(reason: string): void;
}

export function createLease(lengthMs: number, grantedFrom: Moment = moment()): Lease {
  const controller = new AbortController();
  let start = grantedFrom;
  let timer: NodeJS.Timeout | undefined;

  function watch(): void {
    clearTimeout(timer);
    timer = setTimeout(() => end('the lease ran out'), Math.max(0, lengthMs - elapsed(start)));
    timer.unref();
  }
  function end(reason: string): void {
    clearTimeout(timer);
    controller.abort(new Error(reason));
  }
  watch();
  return {
    signal: controller.signal,
    renewing: () => {
      const sent = moment();
      return () => {
        start = sent;
        if (!controller.signal.aborted) watch();
      };
    },
    isHeld: () => !controller.signal.aborted && elapsed(start) < lengthMs,
    end,
  };
}

export interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

export function moment(): Moment {
  return { monotonic: performance.now(), wall: Date.now() };
}

function elapsed(since: Moment): number {
  return Math.max(performance.now() - since.monotonic, Date.now() - since.wall);
}
