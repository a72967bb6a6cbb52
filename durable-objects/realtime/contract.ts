/**
 * What may be asked of a tenant's realtime object: it holds the sockets of those who look on.
 * @module
 */
export interface RealtimeObject {
  /** Sends these to whoever listens to their topics, and keeps them for those who come back. */
  publish(messages: readonly RealtimeMessage[]): Promise<void>;
}

/** What happened, to whoever looks on. */
export interface RealtimeMessage {
  /** `executions`, `executions:<id>`, `notifications:<user id>`, `approvals`, `records:<type>`, `records:<type>:<id>`, `counts`. */
  topic: string;
  /** What kind of news, such as `execution.updated`. */
  type: string;
  /** JSON. */
  data: unknown;
}
