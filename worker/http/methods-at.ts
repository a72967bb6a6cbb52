/** Which methods a path answers to, in upper case; none when there is nothing at the path. */
export function methodsAt(routes: readonly { method: string; path: string }[], path: string): string[] {
  const parts = path.split("/");
  const fits = (pattern: string) => {
    const wanted = pattern.split("/");
    return wanted.length === parts.length && wanted.every((part, index) => part.startsWith(":") || part === parts[index]);
  };
  return [...new Set(routes.filter((route) => fits(route.path)).map((route) => route.method.toUpperCase()))];
}
