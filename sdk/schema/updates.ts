/**
 * The protocol of `/updates`: JSON text frames over a WebSocket (docs/realtime.md).
 * @module
 */
import { z } from "zod";
import { problem } from "./problem.ts";

/** Offered as a WebSocket subprotocol; a browser offers its ticket beside it. */
export const updatesProtocol = "everstep.v1";
export const ticketProtocol = "everstep.ticket.";

export const updatesLimits = {
  /** Topics of one socket, and their characters together. */
  topics: 100,
  topicCharacters: 8_000,
  /** Characters of a frame that a client sends. */
  frameCharacters: 16_384,
  /** Characters of an event's data; of larger ones only what they are about is sent. */
  dataCharacters: 32_768,
  /** Events that are sent to a client ahead of its acknowledgements. */
  window: 500,
} as const;

/**
 * What one can listen to: `executions`, `executions:<id>`, `workflows:<id>`, `approvals`,
 * `notifications:<own user id>`, `records:<type>`, `records:<type>:<id>`, `events`, `counts`.
 */
export const topic = z.string().min(1).max(400);
const topics = z.array(topic).min(1).max(updatesLimits.topics);
/** Comes back with the answer. */
const ref = z.string().max(64).optional();
/** Increasing over all that a tenant's sockets are told. */
const id = z.number().int().nonnegative();

export const clientFrame = z.discriminatedUnion("op", [
  /** @property after the id of the last event that is known: what came since is sent first */
  z.strictObject({ op: z.literal("subscribe"), topics, after: id.optional(), ref }),
  z.strictObject({ op: z.literal("unsubscribe"), topics, ref }),
  /** Everything up to this id has arrived. */
  z.strictObject({ op: z.literal("ack"), id }),
  z.strictObject({ op: z.literal("ping"), ref }),
]);
export type ClientFrame = z.infer<typeof clientFrame>;

export const updateEvent = z.object({
  op: z.literal("event"),
  id,
  topic: z.string(),
  /** What kind of news, such as `execution.updated`. */
  type: z.string(),
  /** When it was published, ISO 8601. */
  at: z.string(),
  /** With `truncated: true`, or for who sees some fields masked, only what it is about. */
  data: z.json(),
});
export type UpdateEvent = z.infer<typeof updateEvent>;

export const serverFrame = z.discriminatedUnion("op", [
  /** @property id of the last event so far */
  z.object({ op: z.literal("hello"), id, connection: z.string(), window: z.number().int() }),
  /** From here on nothing of these topics is missed. Events may come before it. */
  z.object({ op: z.literal("subscribed"), topics: z.array(z.string()), id, ref }),
  z.object({ op: z.literal("unsubscribed"), topics: z.array(z.string()), ref }),
  updateEvent,
  /** What came after the asked id is not kept any more: load anew what the topic is about. */
  z.object({ op: z.literal("gap"), topic: z.string(), id }),
  /** Nothing more is sent until something is acknowledged. */
  z.object({ op: z.literal("lagging"), id }),
  z.object({ op: z.literal("pong"), ref }),
  z.object({ op: z.literal("error"), problem, ref }),
  /** These may not be listened to any more. */
  z.object({ op: z.literal("revoked"), topics: z.array(z.string()) }),
]);
export type ServerFrame = z.infer<typeof serverFrame>;

/** Why the server closes a socket. Those from 4400 on are final: connecting again with the same credential is of no use. */
export const closeCodes = {
  /** Frames that are none of this protocol, or too many of them. */
  policy: 1008,
  binary: 1003,
  tooLarge: 1009,
  /** It has not acknowledged anything for too long, or the server cannot tell whether it still may listen. */
  tryAgain: 1013,
  /** Session ended, key revoked, member disabled. */
  unauthorized: 4401,
  /** Nothing of what it listens to is allowed any more. */
  forbidden: 4403,
} as const;

export const updatesTicket = z.object({ ticket: z.string(), expires_at: z.string() });
