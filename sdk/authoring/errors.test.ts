import { expect, it } from "vitest";
import * as errors from "./errors.ts";

// A bundle's copy of the module beside the runtime's.
const copy = (await import(/* @vite-ignore */ `${"./errors.ts"}?copy`)) as typeof errors;
const [here, copied] = [{ ...errors }, { ...copy }];
const names = ["NonRetryableError", "StepTimeoutError", "WaitTimeoutError", "ChildFailedError", "ActionRefusedError", "ValueError"] as const;

it.each(names)("%s of one copy is an instance of the other's class, and of no other class", (name) => {
  expect(copied[name]).not.toBe(here[name]);
  const error = new here[name]("why");
  expect(names.filter((other) => error instanceof copied[other])).toEqual([name]);
  expect([error instanceof here[name], error instanceof Error, error.name, Object.keys(error).includes("code")]).toEqual([true, true, name, name !== "NonRetryableError"]);
});

it("classes that authors derive are told apart", () => {
  class Declined extends here.NonRetryableError {}
  class Gone extends here.NonRetryableError {}
  const error = new Declined("no");
  expect([error instanceof Declined, error instanceof Gone, error instanceof here.NonRetryableError, error instanceof copied.NonRetryableError]).toEqual([true, false, true, true]);
  expect([new here.NonRetryableError("no") instanceof Declined, (null as unknown) instanceof here.ValueError, ("text" as unknown) instanceof here.ValueError]).toEqual([false, false, false]);
});

it("what throws when it is looked at is none of them", () => {
  const hostile = new Proxy(new Error("no"), { get: () => { throw new Error("hands off"); } });
  expect(hostile instanceof here.ValueError).toBe(false);
});
