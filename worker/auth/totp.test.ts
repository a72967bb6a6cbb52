import { Secret, TOTP } from "otpauth";
import { describe, expect, it } from "vitest";
import { newTotpSecret, totpStep, totpUri } from "./totp.ts";

/** The secret of RFC 6238, appendix B: "12345678901234567890". */
const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const codeAt = (now: number) => TOTP.generate({ secret: Secret.fromBase32(secret), timestamp: now });

describe("a one-time code", () => {
  it.each([
    [59, "287082"],
    [1111111109, "081804"],
    [1111111111, "050471"],
    [1234567890, "005924"],
    [2000000000, "279037"],
    [20000000000, "353130"],
  ])("at second %i is that of RFC 6238", (second, code) => {
    expect(totpStep(secret, code, second * 1000)).toBe(Math.floor(second / 30));
  });

  it("counts one step before and after its time, not two, and says of which step it is", () => {
    const now = 1_700_000_000_000;
    const step = Math.floor(now / 30_000);
    const at = (steps: number) => totpStep(secret, codeAt(now + steps * 30_000), now);
    expect([at(-1), at(0), at(1)]).toEqual([step - 1, step, step + 1]);
    expect([at(-2), at(2)]).toEqual([null, null]);
  });

  it("may be typed with spaces; anything but six digits is none", () => {
    expect(totpStep(secret, "287 082", 59_000)).toBe(1);
    for (const code of ["", "28708", "2870820", "28708a", "٢٨٧٠٨٢", "-87082"]) expect(totpStep(secret, code, 59_000)).toBeNull();
  });

  it("of another secret does not count", () => {
    expect(totpStep("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "287082", 59_000)).toBeNull();
  });
});

describe("a secret", () => {
  it("has 160 bits and is new each time", () => {
    expect(newTotpSecret()).toMatch(/^[A-Z2-7]{32}$/);
    expect(newTotpSecret()).not.toBe(newTotpSecret());
  });

  it("comes as an address that authenticator apps read", () => {
    const uri = new URL(totpUri({ secret, issuer: "Everstep: Ünïted", account: "ada+x@example.com" }));
    expect(uri.protocol + uri.host).toBe("otpauth:totp");
    expect(Object.fromEntries(uri.searchParams)).toEqual({ issuer: "Everstep: Ünïted", secret, algorithm: "SHA1", digits: "6", period: "30" });
    expect(decodeURIComponent(uri.pathname)).toContain("ada+x@example.com");
  });
});
