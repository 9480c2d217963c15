// The compiled modules, for scripts of the repo. They are named at run time, so that types are checked without a build.

/**
 * Loads a module of `dist/`; its caller says the type, which is that of the source.
 * @param {string} module path below `dist/`
 * @returns {Promise<unknown>}
 */
export async function built(module) {
  /** @type {unknown} */
  const loaded = await import(new URL(`../dist/${module}`, import.meta.url).href);
  return loaded;
}
