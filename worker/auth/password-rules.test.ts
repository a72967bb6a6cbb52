import { describe, expect, it } from "vitest";
import { flawOf, mustBeGoodPassword } from "./password-rules.ts";

const known = ["ada.lovelace@example.com", "Ada Lovelace", "Analytical Engines"];
const flaw = (password: string) => flawOf(password, known);

describe("a password", () => {
  it.each(["correct horse battery staple", "wm2-Kq8_hT5z", "não há duas iguais", "Il pleut à 3 heures", "monkeys on a typewriter", "𝒽𝒶𝓉 12 Zeichen"])("may be %j", (password) => {
    expect(flaw(password)).toBeNull();
  });

  it("has 12 to 256 characters, counted as people see them", () => {
    expect(flaw("elevenchars")).toMatch(/at least 12/);
    expect(flaw("🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔")).toMatch(/at least 12/);
    expect(flaw("🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧")).toBeNull();
    const long = Array.from({ length: 64 }, (_, index) => `${index}a`.padStart(4, "xyz")).join("");
    expect(flaw(long)).toBeNull();
    expect(flaw(`${long}z`)).toMatch(/at most 256/);
  });

  it.each(["unbelievable", "1qaz2wsx3edc", "Password1234", "P@ssw0rd2026!", "!!!Dragon123456", "MONKEY------!"])("is not a common one with things around it: %j", (password) => {
    expect(flaw(password)).toMatch(/commonest/);
  });

  it.each(["aaaaaaaaaaaa", "121212121212", "abcabcabcabc", "qwertzqwertz", "passwordpassword"])("does not repeat itself: %j", (password) => {
    expect(flaw(password)).toMatch(/repeats/);
  });

  it.each(["abcdefghijkl", "123456789012", "zyxwvutsrqpo", "0987654321098"])("is not a sequence: %j", (password) => {
    expect(flaw(password)).toMatch(/sequence|commonest/);
  });

  it.each(["ada.lovelace@example.com", "AdaLovelace1815", "lovelace-12345", "Analytical Engines!", "example.com 1"])("is not built on what is known of the person: %j", (password) => {
    expect(flaw(password)).toMatch(/address or name/);
  });

  it("may hold a name when enough stands beside it", () => {
    expect(flaw("lovelace eats seven green apples")).toBeNull();
  });

  it("that is refused says where in the request it stood", () => {
    expect(() => mustBeGoodPassword("short", [], "/new_password")).toThrow(expect.objectContaining({ code: "bad-request", errors: [expect.objectContaining({ pointer: "/new_password" })] }));
  });
});
