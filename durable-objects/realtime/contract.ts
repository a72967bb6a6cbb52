/**
 * What may be asked of a tenant's realtime object: it holds the sockets of those who look on.
 * @module
 */
export interface RealtimeObject {
  /** Sends these to whoever listens to their topics, and keeps them for those who come back. */
  publish(messages: readonly RealtimeMessage[]): Promise<Heard>;
  /** Closes all sockets and forgets everything: the tenant is gone. */
  erase(): Promise<void>;
}

/** Kinds of topics, each heard or not as a whole. */
export const kinds = ["executions", "approvals", "notifications", "records", "events", "counts"] as const;
export type Kind = (typeof kinds)[number];

export interface Heard {
  /** Kinds that somebody listens to. What is of another kind need not be published for {@link quietMs}. */
  listening: Kind[];
}

/** Whoever begins to listen is told that they do only when nobody relies on the contrary any more. */
export const quietMs = 1_000;

/** What happened, to whoever looks on. */
export interface RealtimeMessage {
  /** `executions`, `executions:<id>`, `workflows:<id>`, `approvals`, `notifications:<user id>`, `records:<type>`, `records:<type>:<id>`, `events`, `counts`. */
  topic: string;
  /** What kind of news, such as `execution.updated`. */
  type: string;
  /** JSON. */
  data: unknown;
  /** Stands for data that is too large, or not for everybody: what it is about. */
  about?: Record<string, string>;
  /** The data may hold what some see masked: they are told what it is about. */
  maskable?: boolean;
  /** Of a record of the CRM: only who may read it is told. */
  audience?: Audience;
  /** The same news again is none: unique in its topic. */
  key?: string;
}

/** Who may read a record. */
export interface Audience {
  /** Such as `leads.read`. */
  permission: string;
  /** As fields of it are masked: `leads`. */
  entity: string;
  owner: string | null;
  team: string | null;
}

/** By what a socket was opened. */
export type Credential = { kind: "session"; sessionId: string; userId: string } | { kind: "key"; hash: string; keyId: string };

/** What a credential opens by now. */
export interface Standing {
  /** Permissions over all records. */
  grants: readonly string[];
  /** Some fields are shown masked. */
  masked: boolean;
  /** Of which entities. */
  maskedEntities?: readonly string[];
  /** Permissions over one's team's records, or one's own; whose those are. */
  scoped?: Readonly<Record<string, "team" | "own">>;
  userId?: string;
  teamId?: string | null;
}

/** Who connects: a header of the request that the Worker, and nobody else, sends to {@link RealtimeObject}. */
export const connectHeader = "everstep-connect";
export interface Connect {
  tenant: string;
  credential: Credential;
  /** The subprotocol to agree on. */
  protocol: string | null;
}

/** What the object needs of the rest of the platform. */
export interface RealtimePlatform {
  /** In the order asked for; null for one that opens nothing any more. */
  standing(tenant: string, credentials: readonly Credential[]): Promise<Array<Standing | null>>;
  /** Has an execution tell of its steps for {@link watchMs}, with `tell` also of those there are. False for one that has ended, or that there is not. */
  watch(tenant: string, executionId: string, tell: boolean): Promise<boolean>;
  /** So many sockets are open. */
  count(tenant: string, sockets: number): void;
}

/** Longer than the time between two renewals. */
export const watchMs = 75_000;
