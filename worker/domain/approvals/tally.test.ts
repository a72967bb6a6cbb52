import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Asked } from "../../../db/schema/approvals.ts";
import { electorateOf, type Member, type Request, voiceOf } from "./electorate.ts";
import { tally, type Vote } from "./tally.ts";

const user = (id: string, more: Partial<Asked> = {}): Asked => ({ kind: "user", id, name: id, ...more });
const role = (id: string, more: Partial<Asked> = {}): Asked => ({ kind: "role", id, name: id, ...more });
const unknown: Asked = { kind: "unknown", id: "", name: "nobody@example.com" };
const member = (id: string, of: Partial<Member> = {}): Member => ({ id, role: "member", team_id: null, may: true, ...of });
const request = (asked: Asked[], need: Request["need"] = "any"): Request => ({ asked, need, delegable: true });
const nobodyYet: ReadonlySet<string> = new Set();

const [ada, bob, eve, boss] = [member("ada"), member("bob"), member("eve", { role: "finance", team_id: "north" }), member("boss", { role: "admin" })];
const people = [ada, bob, eve, boss];
const mayDecide = (asked: Request, voter: Member, delegations: { user_id: string; to_user: string }[] = []) => voiceOf(asked, people, delegations, voter, nobodyYet) !== null;

describe("who may decide", () => {
  it("is each with the permission when nobody is named", () => {
    expect(people.map((one) => mayDecide(request([]), one))).toEqual([true, true, true, true]);
    expect(mayDecide(request([]), member("ada", { may: false }))).toBe(false);
  });

  it("is who is named, and who is in a role or a team that is named", () => {
    expect(people.filter((one) => mayDecide(request([user("bob")]), one))).toEqual([bob]);
    expect(people.filter((one) => mayDecide(request([role("finance")]), one))).toEqual([eve]);
    expect(people.filter((one) => mayDecide(request([{ kind: "team", id: "north", name: "North" }]), one))).toEqual([eve]);
  });

  it("is not an admin, unless asked, or nobody else can", () => {
    expect(mayDecide(request([user("ada")]), boss)).toBe(false);
    expect(mayDecide(request([user("ada"), role("admin")]), boss)).toBe(true);
    expect(mayDecide(request([unknown]), boss)).toBe(true);
    expect(mayDecide(request([unknown, user("ada")]), boss)).toBe(false);
    expect(people.filter((one) => mayDecide(request([unknown]), one))).toEqual([boss]);
    // Who lost the permission cannot; then an admin can.
    expect(voiceOf(request([user("ada")]), [{ ...ada, may: false }, boss], [], boss, nobodyYet)).toEqual({ seat: "boss", standsFor: [0] });
  });

  it("is an admin in the place of a name that is nobody's, where all have to approve", () => {
    expect(voiceOf(request([user("ada"), unknown], "all"), people, [], boss, nobodyYet)).toEqual({ seat: "boss", standsFor: [1] });
    expect(voiceOf(request([user("ada"), user("bob")], "all"), people, [], boss, nobodyYet)).toBeNull();
  });

  it("is whom it was handed on to, in the place of who did, and no further", () => {
    const handed = [{ user_id: "ada", to_user: "bob" }, { user_id: "bob", to_user: "eve" }];
    expect(voiceOf(request([user("ada")]), people, handed, bob, nobodyYet)).toEqual({ seat: "ada", standsFor: [0] });
    expect(mayDecide(request([user("ada")]), eve, handed)).toBe(false);
    expect(mayDecide({ ...request([user("ada")]), delegable: false }, bob, handed)).toBe(false);
    expect(mayDecide(request([user("ada")]), boss, [{ user_id: "bob", to_user: "boss" }])).toBe(false);
  });

  it("is nobody in a place that is taken", () => {
    const handed = [{ user_id: "ada", to_user: "bob" }];
    expect(voiceOf(request([user("ada")], 2), people, handed, ada, new Set(["ada"]))).toBeNull();
    expect(voiceOf(request([user("ada")], 2), people, handed, bob, new Set(["ada"]))).toBeNull();
  });

  it("stands for all when it is somebody to whom it was escalated", () => {
    expect(voiceOf(request([user("ada"), user("bob"), role("admin", { escalated: true })], "all"), people, [], boss, nobodyYet)).toEqual({ seat: "boss", standsFor: [0, 1, 2] });
  });
});

const yes = (...standsFor: number[]): Vote => ({ decision: "approved", standsFor });
const no = (...standsFor: number[]): Vote => ({ decision: "rejected", standsFor });

describe("votes", () => {
  it("of any: the first decides", () => {
    const any = request([user("ada"), user("bob")]);
    expect([tally(any, [], 2), tally(any, [yes(0)], 1), tally(any, [no(1)], 1)]).toEqual([null, "approved", "rejected"]);
  });

  it("of all: the first rejection rejects, and each name has to be approved for", () => {
    const all = request([user("ada"), role("finance"), role("admin", { escalated: true })], "all");
    expect([tally(all, [yes(0)], 9), tally(all, [yes(0), yes(1)], 9), tally(all, [yes(0), no(1)], 9), tally(all, [yes(0, 1, 2)], 9)]).toEqual([null, "approved", "rejected", "approved"]);
  });

  it("of a quorum: so many approve, or a rejection leaves too few", () => {
    const two = request([role("finance")], 2);
    expect([tally(two, [yes()], 2), tally(two, [yes(), yes()], 1), tally(two, [no()], 2), tally(two, [no(), no()], 1)]).toEqual([null, "approved", null, "rejected"]);
    // Too few from the outset: an approval is no rejection.
    expect([tally(two, [yes()], 0), tally(two, [no()], 0)]).toEqual([null, "rejected"]);
  });
});

/** Everybody in some order, each with a decision. */
const turnout = fc.record({
  people: fc.integer({ min: 1, max: 8 }),
  need: fc.oneof(fc.constant("any" as const), fc.constant("all" as const), fc.integer({ min: 1, max: 8 })),
  named: fc.uniqueArray(fc.integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 8 }),
  order: fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 8 }),
  approves: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
  handedOn: fc.array(fc.record({ user_id: fc.integer({ min: 0, max: 7 }).map(String), to_user: fc.integer({ min: 0, max: 7 }).map(String) }), { maxLength: 6 }),
});

it("whatever people decide, in whatever order: an outcome follows from the rule, is final, and takes one vote of each place", () => {
  fc.assert(
    fc.property(turnout, ({ people: count, need, named, order, approves, handedOn }) => {
      const members = Array.from({ length: count }, (_, index) => member(String(index), index === 0 ? { role: "admin" } : {}));
      const asked = named.map((index) => (index < count ? user(String(index)) : unknown));
      const wanted = request(asked, need);
      const { seats } = electorateOf(wanted, members, handedOn);
      const taken = new Set<string>();
      const votes: Vote[] = [];
      let outcome: ReturnType<typeof tally> = null;
      for (const index of order) {
        const voter = members[index];
        const voice = voter && voiceOf(wanted, members, handedOn, voter, taken);
        if (!voice) continue;
        expect(taken.has(voice.seat)).toBe(false);
        expect(seats).toContain(voice.seat);
        taken.add(voice.seat);
        votes.push({ decision: approves[index] ? "approved" : "rejected", standsFor: voice.standsFor });
        outcome = tally(wanted, votes, seats.filter((seat) => !taken.has(seat)).length);
        if (outcome !== null) break;
      }
      const given = (decision: string) => votes.filter((vote) => vote.decision === decision).length;
      if (need === "any" && votes.length > 0) expect(outcome).toBe(votes[0]?.decision);
      if (need === "all" && outcome === "approved") expect(given("rejected")).toBe(0);
      if (need === "all" && given("rejected") > 0) expect(outcome).toBe("rejected");
      if (typeof need === "number") {
        expect(outcome === "approved").toBe(given("approved") >= need);
        if (outcome === "rejected") expect(given("approved") + seats.length - taken.size).toBeLessThan(need);
      }
    }),
    { numRuns: 2000 },
  );
});
