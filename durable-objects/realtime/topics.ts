/**
 * Topics: what they are about, and what one needs to listen to them.
 * @module
 */
import { entityOfKind } from "../../sdk/schema/crm/index.ts";
import type { Credential, Kind, Standing } from "./contract.ts";

/** Which permission shows records of a type, besides those of the CRM. Types that are not here cannot be listened to. */
const recordPermissions: Readonly<Record<string, string>> = {
  approval: "workflows.read",
  execution: "workflows.read",
  import: "imports.read",
  schedule: "workflows.read",
  workflow: "workflows.read",
  deployment: "deployments.read",
  mail: "emails.read",
  user: "users.read",
  webhook: "webhooks.read",
};

export interface Topic {
  kind: Kind;
  permission: string;
  /** Over some records is enough: of the others nothing is told. */
  scoped?: true;
  /** Only this person's. */
  userId?: string;
  /** The one execution it is about. */
  executionId?: string;
}

const idPattern = /^[\x21-\x7e]{1,256}$/;

/** Null for what is no topic. */
export function parseTopic(text: string): Topic | null {
  const [name = "", ...rest] = text.split(":");
  const id = rest.length === 0 ? null : rest.join(":");
  if (id !== null && !idPattern.test(id)) return null;
  switch (name) {
    case "executions":
      return { kind: "executions", permission: "workflows.read", ...(id === null ? {} : { executionId: id }) };
    case "workflows":
      return id === null ? null : { kind: "executions", permission: "workflows.read" };
    case "approvals":
    case "counts":
      return id === null ? { kind: name, permission: "workflows.read" } : null;
    case "events":
      return id === null ? { kind: "events", permission: "events.read" } : null;
    case "notifications":
      return id === null ? null : { kind: "notifications", permission: "notifications.read", userId: id };
    case "records": {
      const type = rest[0] ?? "";
      const of = entityOfKind.get(type);
      if (of) return rest[1] === "" ? null : { kind: "records", permission: `${of.permission}.read`, scoped: true };
      const permission = Object.hasOwn(recordPermissions, type) ? recordPermissions[type] : undefined;
      return permission === undefined || rest[1] === "" ? null : { kind: "records", permission };
    }
    default:
      return null;
  }
}

/** Null when it may be listened to; else what is wrong. */
export function refusalOf(text: string, credential: Credential, { grants, scoped = {} }: Standing): string | null {
  const topic = parseTopic(text);
  if (topic === null) return "there is no such topic";
  if (topic.userId !== undefined && (credential.kind !== "session" || credential.userId !== topic.userId)) return "notifications are for the person they belong to";
  if (topic.scoped) return grants.includes(topic.permission) || Object.hasOwn(scoped, topic.permission) ? null : `this needs the permission ${topic.permission}`;
  return grants.includes(topic.permission) ? null : `this needs the permission ${topic.permission} over all records`;
}
