/**
 * The `everstep` command.
 * @module
 */
import { run } from "./run.ts";

// The reader has gone (`everstep executions | head`): there is nobody left to tell.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

process.exitCode = await run(process.argv.slice(2));
