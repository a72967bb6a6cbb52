// What the first parse and layout take in a process that has done nothing else: prints JSON.
import { parse } from "@babel/parser";
import { layoutOf, parseSource } from "../../sdk/graph/index.ts";
import { program } from "./program.mjs";

const source = program(Number(process.argv[2]));
const timed = (run) => {
  const began = performance.now();
  run();
  return performance.now() - began;
};
// Whichever is asked for: the second would find the parser warmed up by the first.
const times =
  process.argv[3] === "bare"
    ? { bare: timed(() => parse(source, { sourceType: "module", plugins: ["typescript"] })) }
    : { everstep: timed(() => layoutOf(parseSource(source).workflows[0])) };
console.log(JSON.stringify(times));
