import { describe, expect, it } from "vitest";
import type { Kind, RealtimeMessage } from "../realtime/contract.ts";
import type { IndexEntry } from "./contract.ts";
import { News } from "./news.ts";

const entry = (id: string, more: Partial<IndexEntry> = {}): IndexEntry => ({ id, workflowId: "hello", version: 1, status: "running", trigger: "api", parentId: null, createdAt: 0, completedAt: null, errorMessage: null, revision: 1, start: null, ...more });

function ground(listening: Kind[]) {
  const calls: (readonly RealtimeMessage[])[] = [];
  const counted: string[] = [];
  const due: { at: number; work: () => void }[] = [];
  const clock = { now: 10_000, listening };
  const news = new News({
    tenant: "t",
    port: {
      publish: async (_tenant, messages) => {
        calls.push(messages);
        return { listening: clock.listening };
      },
      began: () => void counted.push("began"),
      ended: (_tenant, status) => void counted.push(status),
    },
    counts: () => [{ workflow_id: "hello", status: "running", count: 1, last_at: "" }],
    now: () => clock.now,
    later: (ms, work) => void due.push({ at: clock.now + ms, work }),
  });
  const put = async (...entries: IndexEntry[]): Promise<void> => {
    for (const one of entries) news.note(one, true);
    await news.tell();
  };
  return { news, calls, counted, due, clock, put };
}

describe("news of the index", () => {
  it("are told in one call a commit, on three topics", async () => {
    const { calls, put } = ground(["executions"]);
    await put(entry("a"), entry("b"), entry("a", { status: "completed", completedAt: 5 }));
    expect(calls).toHaveLength(1);
    expect(calls[0]?.map(({ topic }) => topic)).toEqual(["executions", "executions:a", "workflows:hello", "executions", "executions:b", "workflows:hello"]);
    expect(calls[0]?.[0]?.data).toMatchObject({ id: "a", status: "completed", duration_ms: 5 });
  });

  it("cost one call a second while nobody listens, however many there are", async () => {
    const { calls, clock, put } = ground([]);
    for (let number = 0; number < 1_000; number++) {
      clock.now = 10_000 + number * 2;
      await put(entry(`e${number}`));
    }
    expect(calls).toHaveLength(2);
  });

  it("are told again as soon as somebody may rely on it", async () => {
    const { calls, clock, put } = ground([]);
    await put(entry("a"));
    clock.listening = ["executions"];
    clock.now += 1_000;
    await put(entry("b"));
    await put(entry("c"));
    expect(calls).toHaveLength(3);
  });

  it("tell counts at once, then once a second at most", async () => {
    const { calls, clock, due, put } = ground(["counts"]);
    await put(entry("a"));
    due.shift()?.work();
    await Promise.resolve();
    expect(calls.at(-1)).toMatchObject([{ topic: "counts", data: { counts: [{ count: 1 }] } }]);
    clock.now += 100;
    await put(entry("b"));
    await put(entry("c"));
    expect(due.map(({ at }) => at)).toEqual([11_000]);
  });

  it("count what begins and ends", async () => {
    const { news, counted } = ground([]);
    news.note(entry("a"), false);
    news.note(entry("a", { status: "failed", completedAt: 1 }), true);
    expect(counted).toEqual(["began", "failed"]);
  });

  it("that cannot be told fail nobody", async () => {
    const { news } = ground([]);
    const broken = new News({ tenant: "t", port: { publish: () => Promise.reject(new Error("down")), began: () => {}, ended: () => {} }, counts: () => [], now: () => 0, later: () => {} });
    broken.note(entry("a"), true);
    await expect(broken.tell()).resolves.toBeUndefined();
    await expect(news.tell()).resolves.toBeUndefined();
  });
});
