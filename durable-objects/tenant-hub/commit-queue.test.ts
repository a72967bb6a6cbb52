import { describe, expect, it } from "vitest";
import { CommitQueue } from "./commit-queue.ts";

/** A queue whose commits end by hand. */
function handDriven(write: (batch: readonly string[]) => void = () => undefined) {
  const batches: string[][] = [];
  const commits: Array<{ resolve: () => void; reject: (error: Error) => void }> = [];
  const queue = new CommitQueue<string>({
    write: (batch) => {
      write(batch);
      batches.push([...batch]);
    },
    durable: () => new Promise((resolve, reject) => commits.push({ resolve, reject })),
  });
  /** Lets everything that can go on go on. */
  const settle = async () => {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  };
  return {
    queue,
    batches,
    commits,
    settle,
    endCommit: async () => {
      commits.shift()?.resolve();
      await settle();
    },
  };
}

/** What has settled so far. */
function watch(promise: Promise<void>) {
  const state = { settled: "no" };
  promise.then(
    () => (state.settled = "stored"),
    (error: Error) => (state.settled = error.message),
  );
  return state;
}

describe("CommitQueue", () => {
  it("writes at once when nothing is being written, with what the same turn offered, in order", async () => {
    const { queue, batches, settle } = handDriven();
    void queue.offer("a");
    void queue.offer("b");
    await settle();
    expect(batches).toEqual([["a", "b"]]);
  });

  it("collects what arrives while a commit is being written into one next batch", async () => {
    const { queue, batches, settle, endCommit } = handDriven();
    void queue.offer("a");
    await settle();
    void queue.offer("b");
    await settle();
    void queue.offer("c");
    await settle();
    expect(batches).toEqual([["a"]]);
    await endCommit();
    expect(batches).toEqual([["a"], ["b", "c"]]);
  });

  it("answers only after the commit, not after the write", async () => {
    const { queue, batches, settle, endCommit } = handDriven();
    const a = watch(queue.offer("a"));
    await settle();
    expect(batches).toEqual([["a"]]);
    expect(a.settled).toBe("no");
    await endCommit();
    expect(a.settled).toBe("stored");
  });

  it("rejects the whole batch when its commit fails, and goes on with the next", async () => {
    const { queue, commits, settle, endCommit } = handDriven();
    const a = watch(queue.offer("a"));
    await settle();
    const b = watch(queue.offer("b"));
    commits.shift()?.reject(new Error("disk full"));
    await settle();
    expect(a.settled).toBe("disk full");
    await endCommit();
    expect(b.settled).toBe("stored");
  });

  it("rejects only the item that cannot be written", async () => {
    const { queue, batches, settle, endCommit } = handDriven((batch) => {
      if (batch.includes("bad")) throw new Error("too large");
    });
    const [a, bad, b] = ["a", "bad", "b"].map((item) => watch(queue.offer(item)));
    await settle();
    await endCommit();
    expect(batches).toEqual([["a"], ["b"]]);
    expect([a?.settled, bad?.settled, b?.settled]).toEqual(["stored", "too large", "stored"]);
  });

  it("starts again after it came to rest", async () => {
    const { queue, batches, settle, endCommit } = handDriven();
    void queue.offer("a");
    await settle();
    await endCommit();
    const b = watch(queue.offer("b"));
    await settle();
    await endCommit();
    expect(batches).toEqual([["a"], ["b"]]);
    expect(b.settled).toBe("stored");
  });
});
