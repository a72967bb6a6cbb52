/** What holds for every actor, permission and record. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KeyActor, TenantActor, UserActor } from "./actor.ts";
import { can, covers, mustBeAbleTo, type Owned, scopeOf } from "./can.ts";
import { maskFields } from "./mask-fields.ts";
import { type Grants, isOverRecords, type Permission, permissionNames, type Scope, scopes } from "./permissions.ts";
import { builtInRoles } from "./roles.ts";

const person = (grants: Grants, userId: string, teamId: string | null): UserActor => ({ kind: "user", tenantId: "t", userId, sessionId: "s", method: "password", name: "Ada", role: "r", teamId, grants, masked: {} });
const key = (grants: Grants): KeyActor => ({ kind: "api_key", tenantId: "t", keyId: "k", name: "ci", createdBy: null, scoped: true, grants, masked: {} });

const permission = fc.constantFrom(...permissionNames);
const overRecords = fc.constantFrom(...permissionNames.filter(isOverRecords));
const scope = fc.constantFrom(...scopes);
const who = fc.constantFrom("ada", "bob");
const team = fc.constantFrom("north", "south", null);
const record: fc.Arbitrary<Owned> = fc.record({ owner_id: fc.option(who), team_id: team }, { requiredKeys: [] });
const grants: fc.Arbitrary<Grants> = fc.dictionary(permission, scope) as fc.Arbitrary<Grants>;
/** Of few permissions, so that two of these are often about the same. */
const fewGrants: fc.Arbitrary<Grants> = fc.dictionary(fc.constantFrom<Permission>("users.read", "users.write", "audit.read"), scope) as fc.Arbitrary<Grants>;
const masked = fc.dictionary(fc.constantFrom("users", "leads"), fc.uniqueArray(fc.constantFrom("email", "name", "phone")));
const at = (permission: Permission, scope: Scope): Grants => ({ [permission]: scope });

describe("what an actor may do", () => {
  it("is nothing without a grant, whatever the record and whatever else is granted", () => {
    fc.assert(
      fc.property(permission, grants, who, team, record, (asked, given, id, of, one) => {
        const { [asked]: _taken, ...rest } = given;
        for (const actor of [person(rest, id, of), key(rest)]) {
          expect([can(actor, asked), can(actor, asked, one), scopeOf(actor, asked)]).toEqual([false, false, null]);
          expect(() => mustBeAbleTo(actor, asked, one)).toThrow(asked);
        }
      }),
    );
  });

  it("is all for a grant over all, and grows from one's own to the team's to all", () => {
    fc.assert(
      fc.property(overRecords, who, team, record, (asked, id, of, one) => {
        const [own = false, ofTeam = false, all = false] = scopes.map((scope) => can(person(at(asked, scope), id, of), asked, one));
        expect(all).toBe(true);
        if (own) expect(ofTeam).toBe(true);
      }),
    );
  });

  it("is over one's own exactly what one owns, and over the team's what is the team's besides", () => {
    fc.assert(
      fc.property(overRecords, who, team, record, (asked, id, of, one) => {
        const owns = one.owner_id === id;
        expect(can(person(at(asked, "own"), id, of), asked, one)).toBe(owns);
        expect(can(person(at(asked, "team"), id, of), asked, one)).toBe(owns || (of !== null && one.team_id === of));
      }),
    );
  });

  it("is nothing for a grant over less than all where records have no owner: nobody would ask whose they are", () => {
    const whole = permissionNames.filter((name) => !isOverRecords(name));
    fc.assert(
      fc.property(fc.constantFrom(...whole), fc.constantFrom("own" as const, "team" as const), who, team, (asked, scope, id, of) => {
        expect(can(person(at(asked, scope), id, of), asked)).toBe(false);
      }),
    );
  });

  it("is all or nothing for an API key, which is in no team and owns nothing", () => {
    fc.assert(
      fc.property(overRecords, scope, record, (asked, scope, one) => {
        expect(can(key(at(asked, scope)), asked, one)).toBe(scope === "all");
      }),
    );
  });
});

describe("a role that an actor may give", () => {
  const actorWith = (given: Grants, hidden: TenantActor["masked"]) => ({ ...person(given, "ada", null), masked: hidden });

  it("is always their own, and one with less", () => {
    fc.assert(
      fc.property(grants, masked, fc.integer({ min: 0, max: 30 }), (given, hidden, kept) => {
        const less = Object.fromEntries(Object.entries(given).slice(0, kept));
        expect(covers(actorWith(given, hidden), { grants: given, masked: hidden })).toBe(true);
        expect(covers(actorWith(given, hidden), { grants: less, masked: { ...hidden, deals: ["value"] } })).toBe(true);
      }),
    );
  });

  it("never lets somebody else do or see what the actor may not", () => {
    fc.assert(
      fc.property(fewGrants, masked, fewGrants, masked, overRecords, record, (given, hidden, other, otherHidden, asked, one) => {
        const giver = actorWith(given, hidden);
        if (!covers(giver, { grants: other, masked: otherHidden })) return;
        const taker = actorWith(other, otherHidden);
        if (can(taker, asked, one)) expect(can(giver, asked, one)).toBe(true);
        for (const field of ["email", "name", "phone"]) {
          for (const entity of ["users", "leads"]) if (hidden[entity]?.includes(field)) expect(maskFields(taker, entity, { [field]: "seen" })).not.toEqual({ [field]: "seen" });
        }
      }),
    );
  });

  it("is, of the built-in ones, each that comes after one's own", () => {
    const names = ["admin", "manager", "member", "viewer"] as const;
    for (const [rank, mine] of names.entries()) {
      for (const [other, theirs] of names.entries()) expect(covers(builtInRoles[mine], builtInRoles[theirs]), `${mine} gives ${theirs}`).toBe(other >= rank);
    }
  });
});

describe("masking", () => {
  const viewer = { masked: { users: ["email", "mfa_enabled", "team"] } };

  it("leaves the beginning of a text, and the domain of an address", () => {
    expect(maskFields(viewer, "users", { id: "1", email: "ada@example.com", name: "Ada" })).toEqual({ id: "1", email: "a…@example.com", name: "Ada" });
    expect(maskFields({ masked: { users: ["name"] } }, "users", { name: "Ada Lovelace" })).toEqual({ name: "A…" });
  });

  it("leaves nothing of what is no text, and keeps what is not there", () => {
    expect(maskFields(viewer, "users", { mfa_enabled: true, team: { id: 1 }, email: null })).toEqual({ mfa_enabled: null, team: null, email: null });
  });

  it("is of one entity, and of nobody whose role masks nothing", () => {
    expect(maskFields(viewer, "leads", { email: "ada@example.com" })).toEqual({ email: "ada@example.com" });
    expect(maskFields({ masked: {} }, "users", { email: "ada@example.com" })).toEqual({ email: "ada@example.com" });
  });

  it("shows no more than the first character and what is behind the last @", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 3 }), (text) => {
        const { email } = maskFields(viewer, "users", { email: text });
        const [local = ""] = email.split("…");
        expect([...local].length).toBeLessThanOrEqual(1);
        expect(email.endsWith(text.includes("@") ? text.slice(text.lastIndexOf("@")) : "…")).toBe(true);
      }),
    );
  });
});
