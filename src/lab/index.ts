// The face of the lab: practice hosts to try playbooks on, and to test with.
export { engineStatus } from './docker.ts';
export { ensureImage } from './image.ts';
export type { Lab, LabHost, LabHostOptions } from './lab.ts';
export { loadLab, saveLab } from './lab-state.ts';
export { listLabContainers, removeLabs, removeOrphanedLabs } from './leftovers.ts';
export { startLab } from './start-lab.ts';
