import { describe, expect, it } from "vitest";
import { sweep } from "./sweep.ts";

describe("the cron's tasks", () => {
  it("run one after another, and one that fails keeps none of the others from it", async () => {
    const done: string[] = [];
    const task = (name: string, fails = false) =>
      [name, async () => {
        done.push(`${name} begins`);
        await Promise.resolve();
        if (fails) throw new Error("no");
        done.push(`${name} ends`);
      }] as const;
    await sweep([task("a"), task("b", true), task("c")]);
    expect(done).toEqual(["a begins", "a ends", "b begins", "c begins", "c ends"]);
  });
});
