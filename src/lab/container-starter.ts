// Loads what starts containers, which stands on testcontainers: a package that only a lab of containers needs.
import { MusterError } from '../model/index.ts';

type ContainerStarter = typeof import('./lab-container.ts');

/** Throws MusterError (LAB_TESTCONTAINERS) where testcontainers is not installed. */
export async function containerStarter(
  load: () => Promise<ContainerStarter> = () => import('./lab-container.ts'),
): Promise<ContainerStarter> {
  try {
    return await load();
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND';
    if (!isMissing || !cause.message.includes("'testcontainers'")) throw cause;
    throw new MusterError('LAB_TESTCONTAINERS', 'the package testcontainers is not installed', {
      hint: 'npm install testcontainers@11 beside muster (with --global if muster is), or use --backend embedded',
      cause,
    });
  }
}
