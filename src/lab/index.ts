// The face of the lab: practice hosts to try playbooks on, and to test with.
export { chooseBackend, prepareImage } from './backend.ts';
export { engineStatus } from './docker.ts';
export { endLab } from './embedded/embedded-lab.ts';
export { findEmbeddedLabs } from './embedded/find-labs.ts';
export { parseFault } from './fault.ts';
export { labBackends, labReleases } from './lab.ts';
export { claimDirectory, hostNamed } from './lab-directory.ts';
export type { Lab, LabBackend, LabFault, LabHost, LabHostOptions, LabImage, LabRelease } from './lab.ts';
export { loadLab, saveLab } from './lab-state.ts';
export { removeLabs } from './leftovers.ts';
export { startLab } from './start-lab.ts';
