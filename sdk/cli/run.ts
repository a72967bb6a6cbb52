/**
 * Reads a command line, runs its command, tells what went wrong.
 * @module
 */
import { parseArgs } from "node:util";
import { ApiError, ConnectionError } from "../client/index.ts";
import { type Command, Flags, type Options } from "./command.ts";
import { commands } from "./commands/index.ts";
import { connect } from "./connection.ts";
import { CommandError, type ExitCode, exitCodes, usageError } from "./failure.ts";
import { helpFor, overview } from "./help.ts";
import { createOutput, errorPaint } from "./output.ts";
import { packageVersion } from "./package.ts";
import { nearest } from "./suggest.ts";

const common = {
  url: { type: "string" },
  "api-key": { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const satisfies Options;

/** Runs one command line. @returns the exit code */
export async function run(args: readonly string[]): Promise<ExitCode> {
  try {
    return await dispatch(args);
  } catch (error) {
    return report(error);
  }
}

async function dispatch(args: readonly string[]): Promise<ExitCode> {
  const [name = "help", ...rest] = args;
  if (name === "--version" || name === "-v" || name === "version") {
    process.stdout.write(`${packageVersion}\n`);
    return exitCodes.ok;
  }
  if (name === "help" || name === "--help" || name === "-h") {
    const topic = name === "help" ? rest[0] : undefined;
    process.stdout.write(topic === undefined ? overview(commands) : helpFor(topic, find(topic)));
    return exitCodes.ok;
  }
  const command = find(name);
  const { values, positionals } = parse(name, command, rest);
  if (values["help"] === true) {
    process.stdout.write(helpFor(name, command));
    return exitCodes.ok;
  }
  const flags = new Flags(values);
  checkCount(command, positionals);
  return command.run({
    positionals,
    flags,
    out: createOutput(flags.on("json")),
    connect: () => connect({ url: flags.text("url"), "api-key": flags.text("api-key") }),
  });
}

function find(name: string): Command {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command) return command;
  const meant = nearest(name, Object.keys(commands));
  throw usageError(`there is no command ${JSON.stringify(name)}`, meant ? `Did you mean: everstep ${meant}?` : "everstep help lists the commands.");
}

function parse(name: string, command: Command, args: string[]): { values: Record<string, unknown>; positionals: string[] } {
  const options: Options = { ...common, ...command.options };
  try {
    return parseArgs({ args: takeDash(args), options, allowPositionals: true, strict: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const unknown = /Unknown option '(-{1,2}[^']*)'/.exec(message)?.[1];
    if (!unknown) throw usageError((message.split("\n")[0] ?? message).replace(/ To specify.*/, ""), `everstep help ${name}`);
    const meant = nearest(unknown.replace(/^-+/, ""), Object.keys(options));
    throw usageError(`everstep ${name} has no flag ${unknown}`, meant ? `Did you mean --${meant}?` : `everstep help ${name} lists the flags.`);
  }
}

/** `--input -` reads standard input; parseArgs wants such a value glued to its flag. */
function takeDash(args: readonly string[]): string[] {
  const glued: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? "";
    if (/^--[a-z-]+$/.test(arg) && (args[index + 1] === "-" || /^-\d/.test(args[index + 1] ?? ""))) glued.push(`${arg}=${args[++index]}`);
    else glued.push(arg);
  }
  return glued;
}

function checkCount({ usage, positionals: [least, most] }: Command, given: readonly string[]): void {
  if (given.length < least) throw usageError(`something is missing: everstep ${usage}`);
  if (given.length > most) throw usageError(`${JSON.stringify(given[most])} is one argument too many: everstep ${usage}`);
}

function report(error: unknown): ExitCode {
  const paint = errorPaint();
  const say = (message: string, hint?: string): void => void process.stderr.write(`${paint.red("error")}: ${message}\n${hint ? `${hint}\n` : ""}`);
  if (error instanceof CommandError) {
    say(error.message, error.hint);
    return error.exitCode;
  }
  if (error instanceof ConnectionError) {
    say(error.message, "Is the server running? Start it with npm start, or set EVERSTEP_URL and EVERSTEP_API_KEY.");
    return exitCodes.connection;
  }
  if (error instanceof ApiError) {
    const more = error.errors.filter(({ detail }) => detail !== error.detail).map(({ pointer, detail }) => `  ${pointer}: ${detail}`);
    say([`${error.detail} (${error.code})`, ...more].join("\n"));
    return exitCodes.refused;
  }
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return exitCodes.failed;
}
