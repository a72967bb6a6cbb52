import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import type { Env } from "../../worker/env.ts";
import { migrate } from "../lib/migrations.ts";
import type { Standing } from "./contract.ts";
import { keepMs } from "./interest.ts";
import type { Socket } from "./member.ts";
import { Room } from "./room.ts";
import { realtimeSchema } from "./schema.ts";
import { checkEveryMs, Upkeep } from "./upkeep.ts";

const { REALTIME } = env as unknown as Env;
const all: Standing = { grants: ["workflows.read"], masked: false };

function socket() {
  const frames: Record<string, unknown>[] = [];
  const closed: number[] = [];
  let kept: unknown = null;
  const it: Socket = { send: (text) => void frames.push(JSON.parse(text) as Record<string, unknown>), close: (code) => void closed.push(code), serializeAttachment: (value) => void (kept = value), deserializeAttachment: () => kept };
  return { it, frames, closed };
}

const bench = (body: (parts: { room: Room; upkeep: Upkeep; clock: { now: number }; watched: [string, boolean][]; waits: number[]; state: { standing: (Standing | null)[] | Error; going: boolean } }) => Promise<void>) =>
  runInDurableObject(REALTIME.get(REALTIME.newUniqueId()), async (_, object) => {
    migrate(object.storage.sql, realtimeSchema);
    const clock = { now: 1_000_000 };
    const [watched, waits]: [[string, boolean][], number[]] = [[], []];
    const state: { standing: (Standing | null)[] | Error; going: boolean } = { standing: [all], going: true };
    const standing = async () => {
      if (state.standing instanceof Error) throw state.standing;
      return state.standing;
    };
    const room = new Room(object.storage.sql, [], { standing, now: () => clock.now, watch: (ids) => upkeep.watch(ids, false), wait: async (ms) => void waits.push(ms) });
    const upkeep = new Upkeep(room, {
      standing,
      now: () => clock.now,
      watch: async (id, tell) => {
        watched.push([id, tell]);
        return state.going;
      },
    });
    await body({ room, upkeep, clock, watched, waits, state });
  });

const enter = async (room: Room, ...topics: string[]) => {
  const one = socket();
  room.enter(one.it, { credential: { kind: "key", hash: "h", keyId: "k" } });
  await room.frame(one.it, JSON.stringify({ op: "subscribe", topics }));
  return one;
};
const updated = (id: string, status: string) => ({ topic: `executions:${id}`, type: "execution.updated", data: { status } });

describe("while there are sockets", () => {
  it("comes round every 30 seconds, and stops once nobody has come back for ten minutes", () =>
    bench(async ({ room, upkeep, clock }) => {
      const one = await enter(room, "executions");
      expect(await upkeep.run()).toBe(clock.now + checkEveryMs);
      room.leave(one.it);
      expect(await upkeep.run()).toBe(clock.now + keepMs);
      expect(room.publish([{ topic: "executions", type: "t", data: 1 }]).listening).toEqual(["executions"]);
      clock.now += keepMs;
      expect(await upkeep.run()).toBeNull();
      expect(room.publish([{ topic: "executions", type: "t", data: 1 }]).listening).toEqual([]);
    }));

  it("goes on for three minutes when nobody can say who still may, and then closes", () =>
    bench(async ({ room, upkeep, clock, state }) => {
      vi.spyOn(console, "error").mockImplementation(() => {});
      const one = await enter(room, "executions");
      state.standing = new Error("down");
      for (let time = 0; time < 6; time++) {
        await upkeep.run();
        expect(one.closed).toEqual([]);
        clock.now += checkEveryMs;
      }
      await upkeep.run();
      expect(one.closed).toEqual([1013]);
      vi.restoreAllMocks();
    }));

  it("closes who has lagged for ten minutes", () =>
    bench(async ({ room, upkeep, clock }) => {
      const one = await enter(room, "executions");
      for (let number = 0; number <= 500; number++) room.publish([{ topic: "executions", type: "t", data: number }]);
      clock.now += 601_000;
      await upkeep.run();
      expect(one.closed).toEqual([1013]);
    }));
});

describe("executions that are looked at", () => {
  it("are watched before their socket is told so, and again with each round", () =>
    bench(async ({ room, upkeep, watched }) => {
      const one = await enter(room, "executions:e1", "executions");
      expect(watched).toEqual([["e1", false]]);
      await upkeep.run();
      expect(watched).toEqual([["e1", false], ["e1", true]]);
      room.leave(one.it);
      await upkeep.run();
      expect(watched).toHaveLength(2);
    }));

  it("are left alone when they have ended, until they are heard of again", () =>
    bench(async ({ room, upkeep, watched, state }) => {
      state.going = false;
      await enter(room, "executions:e1");
      await upkeep.run();
      expect(watched).toHaveLength(1);
      expect(upkeep.unwatched([updated("e1", "completed"), updated("other", "running")])).toEqual([]);
      expect(upkeep.unwatched([updated("e1", "running")])).toEqual(["e1"]);
    }));
});

describe("whoever begins to listen", () => {
  it("is told so only when nobody relies on nobody listening any more", () =>
    bench(async ({ room, waits, clock }) => {
      room.publish([{ topic: "executions", type: "t", data: 1 }]);
      clock.now += 200;
      await enter(room, "executions");
      expect(waits).toEqual([1_300]);
      await enter(room, "executions:e1");
      expect(waits).toEqual([1_300, 1_300]);
      clock.now += 2_000;
      await enter(room, "approvals");
      expect(waits).toHaveLength(2);
    }));
});
