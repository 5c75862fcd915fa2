/** An open source of OAuth facts. */
export interface OauthSession {
  /** An issuer's address, a folder, a file, or `-`. */
  readonly from: string;
  /** Whether it is the issuer itself. */
  readonly isLive: boolean;
}
