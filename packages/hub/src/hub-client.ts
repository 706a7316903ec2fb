/** What the hub's files are asked by: in Node with proxies and a token (client.ts), in a browser by its fetch. */

/** A connection to a hub. */
export interface HubClient {
  /** As it is in settings. */
  readonly endpoint: string;
  /**
   * True in a browser: of another origin's response, Content-Range may be hidden, and Content-Length may be that of a
   * compressed body. A request for a range is never answered with a compressed one.
   */
  readonly hidesHeaders?: boolean;
  /**
   * One request; `subject` is its name in messages. Redirects are followed, to other origins without the token.
   * @throws HubError for every response but 2xx, and if there is none
   */
  request(url: string, init: RequestInit, subject: string): Promise<Response>;
  /** The result of `attempt`, with retries; errors other than HubError count as connection failures. */
  retrying<T>(attempt: () => Promise<T>): Promise<T>;
  /** Closes the connections. */
  close(): Promise<void>;
}
