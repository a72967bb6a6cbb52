/**
 * What makes a module undeployable, seen node by node.
 * @module
 */
import type { Node } from "acorn";
import type { AnyNode } from "./instrument.ts";
import { refuseImport } from "./imports.ts";
import { refusePattern } from "./regex/refuse.ts";

/** Why this node is refused; null when it is fine. */
export function inspect(path: string, given: Node, provided: readonly string[]): string | null {
  const node = given as AnyNode;
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration":
      return typeof node.source?.value === "string" ? refuseImport(path, node.source.value, provided) : null;
    case "ImportExpression": {
      const { source } = node;
      if (source.type === "Literal" && typeof source.value === "string") return refuseImport(path, source.value, provided);
      if (source.type === "TemplateLiteral" && source.expressions.length === 0) {
        return refuseImport(path, source.quasis[0]?.value.cooked ?? "", provided);
      }
      return "import() needs a literal path: only modules of the bundle can be loaded";
    }
    case "Literal":
      return node.regex ? refusePattern(node.regex.pattern, node.regex.flags) : null;
    default:
      return null;
  }
}
