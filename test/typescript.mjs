// Lets Node 20 run the benches as they are written: `node --import ./test/typescript.mjs test/bench/fork.ts`. Later Nodes
// do it by themselves.
import { readFile } from 'node:fs/promises';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import typescript from 'typescript';

// This module is loaded twice: by the program, and by the thread in which Node asks what a module's text is.
if (isMainThread) register(import.meta.url);

/** @type {import('node:module').LoadHook} */
export async function load(url, context, nextLoad) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context);
  const { outputText } = typescript.transpileModule(await readFile(fileURLToPath(url), 'utf8'), {
    compilerOptions: {
      module: typescript.ModuleKind.ESNext,
      target: typescript.ScriptTarget.ES2023,
      inlineSourceMap: true,
    },
    fileName: fileURLToPath(url),
  });
  return { format: 'module', shortCircuit: true, source: outputText };
}
