/**
 * What makes a module undeployable, seen node by node.
 * @module
 */
import type { AnyNode, Node } from "acorn";
import { nameOf, refuseImport } from "./imports.ts";
import { refusePattern } from "./regex/refuse.ts";

const LONGEST_BIGINT = 10_000;

/** Why this node is refused; null when it is fine. */
export function inspect(path: string, given: Node, provided: readonly string[]): string | null {
  const node = given as AnyNode;
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration":
      return typeof node.source?.value === "string" ? refuseImport(path, node.source.value, provided) : null;
    case "ImportExpression": {
      const name = nameOf(node.source);
      return name === null ? "import() needs a literal path: only modules of the bundle can be loaded" : refuseImport(path, name, provided);
    }
    case "Literal":
      if (typeof node.bigint === "string" && node.bigint.length > LONGEST_BIGINT) return `a BigInt of more than ${LONGEST_BIGINT} digits takes too long to read`;
      return node.regex ? refusePattern(node.regex.pattern, node.regex.flags) : null;
    default:
      return null;
  }
}
