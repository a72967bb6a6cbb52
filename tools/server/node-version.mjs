// Imported before all else: older versions of Node stop while the server's packages load, with
// an error that tells nobody what to do.
import { fail } from "./output.mjs";

if (Number.parseInt(process.versions.node, 10) < 24) {
  fail(`this is Node ${process.versions.node}; npm start brings its own, newer one: start with that`);
  process.exit(1);
}
