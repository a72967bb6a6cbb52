/** What lies beside the main module in there. */
declare module "everstep:typescript" {
  import ts from "typescript-js";
  export default ts;
}
declare module "everstep:libraries" {
  const libraries: Readonly<Record<string, string>>;
  export default libraries;
}
/** Read by the compiler that tools/typecheck.mjs builds: so many instantiations of types, and it gives up. */
declare var everstepTypeBudget: number | undefined;
