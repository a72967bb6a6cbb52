import { expect, test } from "vitest";
import { nearest } from "./suggest.ts";

const commands = ["init", "dev", "deploy", "run", "executions", "logs", "retry"];

test.each([
  ["rnu", "run"],
  ["exec", "executions"],
  ["execution", "executions"],
  ["delpoy", "deploy"],
  ["log", "logs"],
])("%s was meant to be %s", (typed, meant) => expect(nearest(typed, commands)).toBe(meant));

test("a word like none of them suggests nothing", () => expect(nearest("banana", commands)).toBeUndefined());
