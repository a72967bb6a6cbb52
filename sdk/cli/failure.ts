/**
 * How a command ends badly. Exit codes are documented in docs/cli.md.
 * @module
 */

export const exitCodes = {
  ok: 0,
  /** The execution failed, stalled or was cancelled; the tests failed. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** No server, or none configured. */
  connection: 3,
  /** The server refused, or the workflows do not build. */
  refused: 4,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** An error to show to people without a stack. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: ExitCode;
  /** What to do about it, on lines of its own. */
  readonly hint: string | undefined;

  constructor(exitCode: ExitCode, message: string, hint?: string) {
    super(message);
    this.exitCode = exitCode;
    this.hint = hint;
  }
}

export const usageError = (message: string, hint?: string): CommandError => new CommandError(exitCodes.usage, message, hint);
