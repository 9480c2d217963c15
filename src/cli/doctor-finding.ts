// What a look of the doctor's finds.

/** One step. `bad`: muster cannot work like this. */
export interface Finding {
  /** `this machine`, or the host. */
  readonly subject: string;
  readonly step: string;
  readonly state: 'good' | 'odd' | 'bad';
  /** What was found: the effective value. */
  readonly what: string;
  /** Where the value comes from. */
  readonly from?: string;
  /** What to do about it. */
  readonly fix?: string;
}

/** A step that failed: those behind it are not looked at. */
export function isBad({ state }: Finding): boolean {
  return state === 'bad';
}
