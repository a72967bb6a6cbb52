import { describe, expect, it } from "vitest";
import { open, seal } from "./seal.ts";

const key = btoa("0123456789abcdef0123456789abcdef");

describe("a sealed secret", () => {
  it("opens for the owner it was sealed for", async () => {
    const sealed = await seal(key, "geheim ✓", ["hook", "t1", "github"]);
    expect(sealed).not.toContain("geheim");
    expect(await open(key, sealed, ["hook", "t1", "github"])).toBe("geheim ✓");
  });

  it("does not open in another place, under another key, or changed", async () => {
    const sealed = await seal(key, "s", ["hook", "t1", "github"]);
    const changed = `${sealed.slice(0, 10)}${sealed[10] === "A" ? "B" : "A"}${sealed.slice(11)}`;
    await expect(open(key, sealed, ["hook", "t2", "github"])).rejects.toThrow("does not open");
    await expect(open(key, sealed, ["hook", "t1g", "ithub"])).rejects.toThrow("does not open");
    await expect(open(btoa("x".repeat(32)), sealed, ["hook", "t1", "github"])).rejects.toThrow("does not open");
    await expect(open(key, changed, ["hook", "t1", "github"])).rejects.toThrow("does not open");
    await expect(open(key, "plain", ["hook"])).rejects.toThrow("not a sealed secret");
  });

  it("looks different each time", async () => {
    expect(await seal(key, "s", ["a"])).not.toBe(await seal(key, "s", ["a"]));
  });

  it("needs a key of 32 bytes, and says how to make one", async () => {
    await expect(seal(btoa("short"), "s", ["a"])).rejects.toThrow("openssl rand -base64 32");
  });
});
