/** How a declared call ended, whatever made it. */
export type Ended =
  | {
      readonly ended: 'answered';
      /** Status of http, exit code of a command. */
      readonly code: number;
      /** `{status, headers, body}` or `{exit, output}`, without the secrets that the call used. */
      readonly answer: unknown;
    }
  | {
      readonly ended: 'without-answer';
      /** Whether it may have taken effect. */
      readonly sent: boolean;
      readonly reason: string;
    };
