import { describe, expect, it } from "vitest";
import { newRefreshToken, readRefreshToken } from "./refresh-token.ts";

const [key, otherKey] = [btoa("k".repeat(32)), btoa("o".repeat(32))];
const sessionId = "0192f3a4-5b6c-7d8e-9fa0-b1c2d3e4f506";

describe("a refresh token", () => {
  it("names its session and is another each time", async () => {
    const [first, second] = [await newRefreshToken(key, sessionId), await newRefreshToken(key, sessionId)];
    expect(await readRefreshToken(key, first.token)).toEqual({ sessionId, hash: first.hash });
    expect(second.token).not.toBe(first.token);
    expect(first.token).not.toContain(sessionId);
  });

  it("of another installation, or changed anywhere, is none", async () => {
    const { token } = await newRefreshToken(key, sessionId);
    expect(await readRefreshToken(otherKey, token)).toBeNull();
    for (let at = 3; at < token.length; at++) {
      const changed = token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
      expect(await readRefreshToken(key, changed)).toBeNull();
    }
  });

  it.each(["", "er_", "es_abc", `er_${"A".repeat(86)}`, "er_!!!", "x".repeat(5000)])("is not %.12j", async (token) => {
    expect(await readRefreshToken(key, token)).toBeNull();
  });

  it("spelt otherwise is none either", async () => {
    const { token } = await newRefreshToken(key, sessionId);
    const last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const sameBytes = token.slice(0, -1) + (last[last.indexOf(token.at(-1) ?? "") ^ 1] ?? "");
    for (const other of [sameBytes, `${token}==`, ` ${token}`]) expect(await readRefreshToken(key, other)).toBeNull();
  });
});
