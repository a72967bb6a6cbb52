import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Credential, Standing } from "./contract.ts";
import { parseTopic, refusalOf } from "./topics.ts";

const person: Credential = { kind: "session", sessionId: "s", userId: "u1" };
const key: Credential = { kind: "key", hash: "h", keyId: "k" };
const everything: Standing = { grants: ["workflows.read", "events.read", "notifications.read", "users.read", "webhooks.read", "emails.read", "deployments.read"], masked: false };
const but = (permission: string): Standing => ({ ...everything, grants: everything.grants.filter((one) => one !== permission) });

describe("a topic", () => {
  it.each([
    ["executions", "workflows.read"],
    ["executions:e1", "workflows.read"],
    ["workflows:hello", "workflows.read"],
    ["approvals", "workflows.read"],
    ["counts", "workflows.read"],
    ["events", "events.read"],
    ["notifications:u1", "notifications.read"],
    ["records:user", "users.read"],
    ["records:user:42", "users.read"],
    ["records:webhook:a:b", "webhooks.read"],
    ["records:mail", "emails.read"],
  ])("%s needs %s, over all records", (topic, permission) => {
    expect(refusalOf(topic, person, everything)).toBeNull();
    expect(refusalOf(topic, person, but(permission))).toContain(permission);
  });

  it("of notifications is its owner's alone, and no API key's", () => {
    expect(refusalOf("notifications:u2", person, everything)).toContain("belong");
    expect(refusalOf("notifications:u1", key, everything)).toContain("belong");
  });

  it("that there is not is refused, whoever asks", () => {
    for (const text of ["", "executions:", "workflows", "records", "records:", "records:user:", "records:lead:", "records:invoice", "records:constructor", "records:__proto__:1", "notifications", "counts:1", "EXECUTIONS", "executions:a b", "executions:a\u0000"]) expect(refusalOf(text, person, everything), text).toBe("there is no such topic");
  });

  it("never breaks, whatever it is, and is never allowed to who may nothing", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.tuple(fc.constantFrom("executions", "workflows", "records", "notifications", "events"), fc.string()).map((parts) => parts.join(":"))), (text) => {
        parseTopic(text);
        expect(refusalOf(text, person, { grants: [], masked: true })).not.toBeNull();
      }),
    );
  });
});
