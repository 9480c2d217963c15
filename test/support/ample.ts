// On a machine with much other work, what takes a second elsewhere takes a minute. A test that is not about a limit has these.

/** Limits of a connection that end only what hangs. */
export const ample = {
  connectTimeoutMs: 600_000,
  readyTimeoutMs: 600_000,
  silenceTimeoutMs: 600_000,
};

/** The same limits as settings of a connection in an inventory (YAML, flow style). */
export const ampleSettings = 'connect_timeout: 10m, ready_timeout: 10m, silence_timeout: 10m';

/** Seconds for a step that is not meant to be ended. */
export const ampleStepSeconds = 600;
